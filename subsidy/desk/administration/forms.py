"""The forms of the administration of people."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import EmailValidator
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from subsidy.accounts.models import OFFICES, Agency, Jurisdiction, Post, User
from subsidy.accounts.people import own_phone, plain_name
from subsidy.accounts.rights import Role
from subsidy.calls.editions import registry
from subsidy.cases.transfer import Change
from subsidy.desk.administration.tables import measure_names
from subsidy.enterprises.models import Enterprise
from subsidy.reference.fields import CreditCodeField, DayField, TextField
from subsidy.reference.forms import PlainForm
from subsidy.reference.selectors import areas_on
from workflow import clock

WITHOUT_HOME = frozenset({Role.EXPERT, *OFFICES})
EMAIL = gettext_lazy("请填写正确的电子邮箱，例如 li@example.gov.cn")
ROLES = [("", gettext_lazy("请选择")), *((role.value, role.label) for role in Role)]


class AgencyChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """An agency of today, with its code, since names of neighbouring places look alike."""

    def __init__(self, **kwargs: Any) -> None:
        messages = {"invalid_choice": gettext_lazy("没有这个单位，请重新选择。")}
        super().__init__(Agency.objects.none(), empty_label=gettext_lazy("请选择"), error_messages=messages, **kwargs)

    def label_from_instance(self, agency: Any) -> str:
        return f"{agency.name}（{agency.code}）"


class PersonFields(PlainForm):
    """What is known of a person; the user name is given once."""

    name = TextField(label=gettext_lazy("姓名"), max_length=50)
    phone = TextField(
        label=gettext_lazy("手机号码"),
        max_length=20,
        required=False,
        help_text=gettext_lazy("每个手机号码只设一个账号。"),
    )
    email = TextField(
        label=gettext_lazy("电子邮箱"), max_length=254, validators=[EmailValidator(EMAIL)],
        help_text=gettext_lazy("设置密码的一次性链接发往此邮箱，密码由本人设置。"),
    )  # fmt: skip

    def __init__(self, *args: Any, person: User | None = None, **kwargs: Any) -> None:
        self.person = person
        super().__init__(*args, **kwargs)

    def clean_phone(self) -> str:
        return own_phone(self.cleaned_data["phone"], self.person)


class PostFields(PlainForm):
    """A post: role, home and days."""

    role = forms.ChoiceField(label=gettext_lazy("岗位"), choices=ROLES)
    agency = AgencyChoice(
        label=gettext_lazy("单位"), required=False,
        help_text=gettext_lazy("评审专家、系统管理员、安全管理员、审计员和申报人不选。"),
    )  # fmt: skip
    credit_code = CreditCodeField(
        label=gettext_lazy("申报单位统一社会信用代码"), required=False, help_text=gettext_lazy("仅申报人填写。")
    )
    valid_from = DayField(label=gettext_lazy("起始日期"))
    valid_to = DayField(
        label=gettext_lazy("终止日期"), required=False, help_text=gettext_lazy("从这一天起不再任职；不确定的不填。")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = clock.today()
        self.fields["agency"].queryset = Agency.objects.on(today).order_by("code")  # type: ignore[attr-defined]
        self.fields["valid_from"].initial = today

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if role := given.get("role"):
            self._home(Role(role), given)
        first, last = given.get("valid_from"), given.get("valid_to")
        if first and last and last <= first:
            self.add_error("valid_to", _("终止日期须晚于起始日期。"))
        return given

    def _home(self, role: Role, given: dict[str, Any]) -> None:
        """An agency for staff, a registered enterprise for who files, neither for experts and the offices."""
        agency, code = given.get("agency"), given.get("credit_code")
        if role == Role.APPLICANT:
            found = Enterprise.objects.filter(credit_code=code).first() if code else None
            if found is None and not self.has_error("credit_code"):
                self.add_error("credit_code", _("请填写已在企业名录登记的统一社会信用代码。"))
            given["enterprise"] = found
        elif code:
            self.add_error("credit_code", _("只有申报人的岗位属于申报单位，请删除此项。"))
        if agency and (role in WITHOUT_HOME or role == Role.APPLICANT):
            self.add_error("agency", _("“%s”岗位不属于单位，请改为不选。") % role.label)
        elif not agency and role not in WITHOUT_HOME and role != Role.APPLICANT and not self.has_error("agency"):
            self.add_error("agency", _("请选择“单位”"))

    def post(self) -> dict[str, Any]:
        """The columns of the post."""
        given = self.cleaned_data
        return {
            "role": given["role"], "agency": given["agency"], "enterprise": given.get("enterprise"),
            "valid_from": given["valid_from"], "valid_to": given["valid_to"],
        }  # fmt: skip


class NewPersonForm(PersonFields, PostFields):
    """A new person with a first post."""

    username = TextField(
        label=gettext_lazy("用户名"), max_length=150, help_text=gettext_lazy("登录时使用，设定后不能更改。"),
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    field_order = ["name", "username", "phone", "email", "role", "agency", "credit_code", "valid_from", "valid_to"]

    def clean_username(self) -> str:
        username = plain_name(self.cleaned_data["username"])
        User.username_validator(username)
        return username

    def clean_phone(self) -> str:
        """Whether it is taken the verb says: a form that is sent twice meets itself here."""
        return str(self.cleaned_data["phone"])

    def values(self) -> dict[str, Any]:
        """The columns of the account."""
        return {name: self.cleaned_data[name] for name in ("username", "name", "phone", "email")}


class LinkForm(PlainForm):
    """Nothing to fill in; whether a link can be mailed at all is said on it."""


class MoveForm(PlainForm):
    """Why an account is locked, unlocked, ended or restored."""

    reason = TextField(label=gettext_lazy("原因"), max_length=200, help_text=gettext_lazy("将记入办理记录。"))


class EndPostForm(MoveForm):
    """From which day on a post is not held, and why."""

    on = DayField(label=gettext_lazy("终止日期"), help_text=gettext_lazy("从这一天起不再任职，不能早于今天。"))
    field_order = ["on", "reason"]


class DeputyChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A colleague's post."""

    def label_from_instance(self, post: Any) -> str:
        return f"{post.user.name}（{post.user.username}）"


class LeaveForm(MoveForm):
    """From when until when somebody is away, and who stands in."""

    first = DayField(label=gettext_lazy("请假起始日期"))
    back = DayField(label=gettext_lazy("返岗日期"), help_text=gettext_lazy("从这一天起由本人办理。"))
    deputy = DeputyChoice(
        Post.objects.none(), label=gettext_lazy("代理人"), empty_label=gettext_lazy("请选择"),
        help_text=gettext_lazy("同一单位、同一岗位的另一名工作人员。没有的，请联系系统管理员设置有期限的岗位。"),
        error_messages={"invalid_choice": gettext_lazy("代理人须为同一单位、同一岗位的另一名工作人员。")},
    )  # fmt: skip
    field_order = ["first", "back", "deputy", "reason"]

    def __init__(self, *args: Any, deputies: QuerySet[Post], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["deputy"].queryset = deputies  # type: ignore[attr-defined]
        self.fields["first"].initial = clock.today()


class BackForm(PlainForm):
    """From which day on the person is back."""

    on = DayField(label=gettext_lazy("返岗日期"), help_text=gettext_lazy("从这一天起由本人办理。"))


class JurisdictionForm(PlainForm):
    """From a day on an agency is competent for an area, a measure and a stage."""

    measure = forms.ChoiceField(label=gettext_lazy("政策"))
    stage = forms.ChoiceField(
        label=gettext_lazy("环节"), choices=[("", gettext_lazy("请选择")), *Jurisdiction.Stage.choices]
    )
    area = TextField(
        label=gettext_lazy("区划代码"), max_length=12,
        help_text=gettext_lazy("下级区划没有单独登记的，由上级区划的受理单位受理。"),
    )  # fmt: skip
    agency = AgencyChoice(label=gettext_lazy("新受理单位"))
    on = DayField(
        label=gettext_lazy("生效日期"), help_text=gettext_lazy("从这一天起由新单位受理，不能晚于今天；原单位同日终止。")
    )
    document = TextField(
        label=gettext_lazy("依据文件"), max_length=120, help_text=gettext_lazy("文号或文件名称，记入办理记录。")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = measure_names()
        choices = [("", _("请选择")), *((key, names[key]) for key in registry().measures)]
        self.fields["measure"].choices = choices  # type: ignore[attr-defined]
        self.fields["agency"].queryset = Agency.objects.on(clock.today()).order_by("code")  # type: ignore[attr-defined]

    def clean_area(self) -> str:
        area = str(self.cleaned_data["area"])
        if not areas_on(clock.today()).filter(code=area).exists():
            raise forms.ValidationError(_("没有区划代码 %s，或该代码已停用。") % area)
        return area

    def change(self) -> Change:
        """What is asked."""
        return Change(**{name: self.cleaned_data[name] for name in Change.__dataclass_fields__})
