"""The forms of signing in, and of one's own account."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from subsidy.accounts import attempts, factors, passwords
from subsidy.accounts.models import User
from subsidy.reference.fields import TextField
from subsidy.reference.forms import PlainForm, name_fields_in_messages

TOO_MANY = "too_many"
WRONG_CODE = gettext_lazy("验证码不正确或已使用过，请等待下一个验证码后重新输入。")
PASSWORD_MISSING = gettext_lazy("请填写“密码”")


def claim(purpose: str, account: str, address: str) -> None:
    """Take one try, or raise ValidationError with the sentence how long to wait."""
    try:
        attempts.claim(purpose, account, address)
    except attempts.TooMany as refused:
        raise ValidationError(slowed(refused), code=TOO_MANY) from refused


def slowed(refused: attempts.TooMany) -> str:
    """How long to wait and why: the same words whether there is such an account or not."""
    told = _("尝试次数过多，请在 %s 分钟后再试。") % refused.minutes
    if refused.seconds < 60:
        told = _("尝试次数过多，请在 %s 秒后再试。") % refused.seconds
    why = _(
        "从您所在的网络用此用户名多次尝试未成功，也可能是他人所为。为保护账号，等待期间输入的内容不作核对，正确的也不例外。"
    )
    if refused.of_network:
        why = _("从您所在的网络尝试的次数过多，与您输入的内容是否正确无关。")
    return told + why


def password_box(kind: str, label: Any, **kwargs: Any) -> forms.CharField:
    """A box for a password: taken as it is typed, with blanks, whatever its length; `kind` for password managers."""
    widget = forms.PasswordInput({"autocomplete": f"{kind}-password"})
    return forms.CharField(label=label, strip=False, widget=widget, **kwargs)


class LoginForm(AuthenticationForm):
    """User name and password; one sentence for every failure, so that nobody learns which names exist."""

    use_required_attribute = False
    error_messages = {
        "invalid_login": gettext_lazy("用户名或密码不正确，请核对后重新输入。"),
        "inactive": gettext_lazy("用户名或密码不正确，请核对后重新输入。"),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.fields["username"].label = gettext_lazy("用户名")
        self.fields["password"].label = gettext_lazy("密码")
        name_fields_in_messages(self)

    def confirm_login_allowed(self, user: Any) -> None:
        """Inactive people and, in production, those of the demo are answered like people who do not exist."""
        super().confirm_login_allowed(user)
        if user.is_demo and settings.SUBSIDY_MODE == "production":
            raise self.get_invalid_login_error()

    def clean(self) -> dict[str, Any]:
        account, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if account and password and self.request is not None:
            claim(attempts.SIGN_IN, account, self.request.META.get("REMOTE_ADDR", ""))
        return super().clean()


class ProofForm(PlainForm):
    """A code; or the password, from somebody who has no phone bound."""

    proof = TextField(
        label=gettext_lazy("验证码"),
        max_length=64,
        help_text=gettext_lazy("打开手机上的验证器，输入 6 位数字。手机不在身边的，可输入一个恢复码。"),
        widget=forms.TextInput({"autocomplete": "one-time-code", "spellcheck": "false", "autofocus": True}),
    )

    def __init__(self, *args: Any, user: User, address: str, **kwargs: Any) -> None:
        self.user, self.address = user, address
        super().__init__(*args, **kwargs)
        self.by_code = factors.has_factor(user)
        if not self.by_code:
            self.fields["proof"] = password_box("current", gettext_lazy("登录密码"))
            name_fields_in_messages(self)

    def clean_proof(self) -> str:
        proof: str = self.cleaned_data["proof"]
        claim(attempts.SIGN_IN, self.user.username, self.address)
        if self.by_code:
            if not factors.accepts(self.user, proof):
                raise ValidationError(WRONG_CODE)
        elif not passwords.matches(self.user, proof):
            raise ValidationError(_("密码不正确，请重新输入。"))
        attempts.forgive(attempts.SIGN_IN, self.user.username, self.address)
        return proof


class EnrolForm(PlainForm):
    """The first code of a phone, and what it is called."""

    name = TextField(
        label=gettext_lazy("验证器名称"), max_length=64, help_text=gettext_lazy("便于以后辨认，例如“工作手机”。")
    )
    code = TextField(
        label=gettext_lazy("验证码"),
        max_length=64,
        help_text=gettext_lazy("输入验证器上显示的 6 位数字。"),
        widget=forms.TextInput({"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}),
    )


class NewPasswordForm(PlainForm):
    """A new password, twice."""

    new = password_box("new", gettext_lazy("新密码"))
    again = password_box("new", gettext_lazy("再次输入新密码"))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)
        self.fields["new"].help_text = passwords.profile_of(user).sentence

    def clean_new(self) -> str:
        password: str = self.cleaned_data["new"]
        validate_password(password, self.user)
        return password

    def clean_again(self) -> str:
        again: str = self.cleaned_data["again"]
        if again != self.data.get(self.add_prefix("new")):
            raise ValidationError(_("两次输入的新密码不一致，请重新输入。"))
        return again


class OwnPasswordForm(NewPasswordForm):
    """The same from somebody signed in, who gives the present password too."""

    current = password_box("current", gettext_lazy("当前密码"))
    field_order = ["current", "new", "again"]

    def __init__(self, *args: Any, address: str, **kwargs: Any) -> None:
        self.address = address
        super().__init__(*args, **kwargs)

    def clean_current(self) -> str:
        password: str = self.cleaned_data["current"]
        claim(attempts.SIGN_IN, self.user.username, self.address)
        if not passwords.matches(self.user, password):
            raise ValidationError(_("当前密码不正确，请重新输入。"))
        attempts.forgive(attempts.SIGN_IN, self.user.username, self.address)
        return password


class ForgottenForm(PlainForm):
    """Who has forgotten the password; whether there is such a person is not said."""

    username = TextField(label=gettext_lazy("用户名"), max_length=150)
    email = TextField(
        label=gettext_lazy("登记的电子邮箱"), max_length=254, widget=forms.EmailInput({"autocomplete": "email"})
    )

    def __init__(self, *args: Any, address: str, **kwargs: Any) -> None:
        self.address = address
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not self.errors:
            claim(attempts.FORGOTTEN, given["username"], self.address)
        return given


class ReasonForm(PlainForm):
    """How the security officer made sure who asks."""

    reason = TextField(
        label=gettext_lazy("核实方式和原因"),
        max_length=120,
        help_text=gettext_lazy("例如：本人到场核对证件，手机遗失。将记入操作记录。"),
    )
