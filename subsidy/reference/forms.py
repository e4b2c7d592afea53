"""The form every page's form starts from, and what its error summary lists.

`PlainForm` gives Chinese sentences, no colon after labels, no HTML5 validation bubbles (the server answers 422 with the
page), and our own fields (subsidy/reference/fields.py) as the default for model form columns through `plain_field`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.core.validators import ProhibitNullCharactersValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from subsidy.reference.fields import DayField, MoneyField, NumberField, TextField

BARE = forms.Field.default_error_messages["required"]
REQUIRED = _("请填写“%(label)s”")
REQUIRED_CHOICE = _("请选择“%(label)s”")
REQUIRED_TICK = _("请阅读并勾选“%(label)s”")
REQUIRED_FILE = _("请选择要上传的“%(label)s”")
NUL = _("含有不可见字符，请删除后重新输入。")
CHOSEN = (forms.ChoiceField, forms.ModelChoiceField, forms.ModelMultipleChoiceField)


class ErrorItem(NamedTuple):
    """One line of the error summary; `anchor` is the id of the control to focus, or empty."""

    anchor: str
    message: str


class PlainForm(forms.Form):
    """A form whose messages are sentences that name their field."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        name_fields_in_messages(self)


class PlainModelForm(forms.ModelForm):  # type: ignore[type-arg]
    """The same for a form over a model; columns get our fields."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        name_fields_in_messages(self)


def plain_field(column: models.Field[Any, Any], **kwargs: Any) -> forms.Field | None:
    """`formfield_callback` for a `PlainModelForm`'s Meta: money, dates, integers and text through our doors."""
    if column.choices:
        return column.formfield(**kwargs)
    if isinstance(column, models.DecimalField) and column.decimal_places == 2:
        return column.formfield(form_class=MoneyField, **kwargs)
    if isinstance(column, models.DateField) and not isinstance(column, models.DateTimeField):
        return column.formfield(form_class=DayField, **kwargs)
    if isinstance(column, models.IntegerField):
        return column.formfield(form_class=NumberField, **kwargs)
    if isinstance(column, models.CharField | models.TextField) and type(column) in {models.CharField, models.TextField}:
        return column.formfield(form_class=TextField, **kwargs)
    return column.formfield(**kwargs)


def name_fields_in_messages(form: forms.BaseForm) -> None:
    """Replace Django's "required" by a sentence that names the field and says what to do; mend the one about NUL."""
    for name, field in form.fields.items():
        if field.error_messages.get("required") == BARE:
            field.error_messages["required"] = _sentence(field) % {"label": field.label or name}
        for validator in field.validators:
            if isinstance(validator, ProhibitNullCharactersValidator):
                validator.message = NUL


def _sentence(field: forms.Field) -> Any:
    if isinstance(field, forms.FileField):
        return REQUIRED_FILE
    if isinstance(field, forms.BooleanField):
        return REQUIRED_TICK
    return REQUIRED_CHOICE if isinstance(field, CHOSEN) else REQUIRED


def error_items(*given: forms.BaseForm | forms.BaseFormSet[Any]) -> list[ErrorItem]:
    """Every error of some forms and form sets in the order of their fields, each with the control to go to."""
    items: list[ErrorItem] = []
    for one in given:
        if isinstance(one, forms.BaseFormSet):
            items += [ErrorItem("", str(message)) for message in one.non_form_errors()]
            items += error_items(*one.forms)
        elif one.is_bound:
            items += _form_items(one)
    return items


def _form_items(form: forms.BaseForm) -> list[ErrorItem]:
    items = [ErrorItem("", str(message)) for message in form.errors.get(NON_FIELD_ERRORS, ())]
    for bound in form:
        items += [ErrorItem(_anchor(bound), str(message)) for message in bound.errors]
    return items


def _anchor(bound: forms.BoundField) -> str:
    """Radios and check boxes have no control with the field's own id; their first choice stands for them."""
    if isinstance(bound.field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return f"{bound.auto_id}_0"
    return bound.id_for_label or bound.auto_id
