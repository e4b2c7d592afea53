from django.urls import path

from subsidy.calendar import views

app_name = "calendar"
urlpatterns = [
    path("calendar/", views.now, name="now"),
    path("calendar/template/", views.template, name="template"),
    path("calendar/days/<str:day>/", views.correct, name="day"),
    path("calendar/<int:number>/", views.year, name="year"),
    path("calendar/<int:number>/enter/", views.enter, name="enter"),
    path("calendar/<int:number>/document/<int:entry>/", views.document, name="document"),
]
