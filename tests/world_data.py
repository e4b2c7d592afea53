"""Who and what there is in the small world of tests/world.py: all invented, with the codes of the fixtures."""

from __future__ import annotations

from decimal import Decimal

from subsidy.accounts.rights import Role

AREAS = {
    "220000": ("吉林省", "province", ""), "222400": ("延边朝鲜族自治州", "prefecture", "220000"),
    "222401": ("延吉市", "county", "222400"), "222403": ("敦化市", "county", "222400"),
    "440000": ("广东省", "province", ""), "442000": ("中山市", "prefecture", "440000"),
    "442000118": ("小榄镇", "town", "442000"), "442000101": ("黄圃镇", "town", "442000"),
}  # fmt: skip
AGENCIES = {
    "220000-gxt": ("吉林省工业和信息化厅", "省工信厅", "industry", "province", "220000"),
    "220000-czt": ("吉林省财政厅", "省财政厅", "finance", "province", "220000"),
    "220000-bgt": ("吉林省人民政府办公厅", "省政府办公厅", "government", "province", "220000"),
    "222401-gxj": ("延吉市工业和信息化局", "延吉市工信局", "industry", "county", "222401"),
    "222401-czj": ("延吉市财政局", "延吉市财政局", "finance", "county", "222401"),
    "222403-gxj": ("敦化市工业和信息化局", "敦化市工信局", "industry", "county", "222403"),
    "222403-czj": ("敦化市财政局", "敦化市财政局", "finance", "county", "222403"),
    "442000-gxj": ("中山市工业和信息化局", "市工信局", "industry", "city", "442000"),
    "442000-czj": ("中山市财政局", "市财政局", "finance", "city", "442000"),
    "442000-zf": ("中山市人民政府", "市政府", "government", "city", "442000"),
    "442000118-zj": ("中山市小榄镇人民政府", "小榄镇", "town", "town", "442000118"),
    "442000101-zj": ("中山市黄圃镇人民政府", "黄圃镇", "town", "town", "442000101"),
}  # fmt: skip
JURISDICTIONS = (
    ("jilin", "222401", "222401-gxj", ("local",)),
    ("jilin", "222401", "222401-czj", ("local_finance", "pay_maker", "pay_checker")),
    ("jilin", "222403", "222403-gxj", ("local",)),
    ("jilin", "222403", "222403-czj", ("local_finance", "pay_maker", "pay_checker")),
    ("jilin", "220000", "220000-gxt", ("upper",)),
    ("jilin", "220000", "220000-czt", ("upper_finance",)),
    ("jilin", "220000", "220000-bgt", ("approver",)),
    ("zhongshan", "442000118", "442000118-zj", ("local",)),
    ("zhongshan", "442000101", "442000101-zj", ("local",)),
    ("zhongshan", "442000", "442000-gxj", ("upper", "pay_maker")),
    ("zhongshan", "442000", "442000-czj", ("upper_finance", "pay_checker")),
    ("zhongshan", "442000", "442000-zf", ("approver",)),
)
PEOPLE = {
    "jl_local": ("李明", Role.LOCAL_REVIEWER, "222401-gxj"),
    "jl_local2": ("王芳", Role.LOCAL_REVIEWER, "222401-gxj"),
    "jl_finance": ("赵强", Role.LOCAL_FINANCE, "222401-czj"),
    "jl_other_local": ("孙丽", Role.LOCAL_REVIEWER, "222403-gxj"),
    "jl_other_finance": ("周涛", Role.LOCAL_FINANCE, "222403-czj"),
    "jl_upper": ("吴敏", Role.UPPER_REVIEWER, "220000-gxt"),
    "jl_upper2": ("郑凯", Role.UPPER_REVIEWER, "220000-gxt"),
    "jl_issuer": ("冯雪", Role.ISSUER, "220000-gxt"),
    "jl_upper_finance": ("陈刚", Role.UPPER_FINANCE, "220000-czt"),
    "jl_pay_maker": ("褚宁", Role.PAY_MAKER, "222401-czj"),
    "jl_pay_checker": ("卫东", Role.PAY_CHECKER, "222401-czj"),
    "zs_local": ("何永", Role.LOCAL_REVIEWER, "442000118-zj"),
    "zs_local2": ("梁欣", Role.LOCAL_REVIEWER, "442000118-zj"),
    "zs_other_local": ("谢平", Role.LOCAL_REVIEWER, "442000101-zj"),
    "zs_upper": ("黄伟", Role.UPPER_REVIEWER, "442000-gxj"),
    "zs_upper2": ("林静", Role.UPPER_REVIEWER, "442000-gxj"),
    "zs_issuer": ("郭峰", Role.ISSUER, "442000-gxj"),
    "zs_upper_finance": ("罗兰", Role.UPPER_FINANCE, "442000-czj"),
    "zs_pay_maker": ("邓超", Role.PAY_MAKER, "442000-gxj"),
    "zs_pay_checker": ("许晴", Role.PAY_CHECKER, "442000-czj"),
    "expert1": ("专家甲", Role.EXPERT, None),
    "expert2": ("专家乙", Role.EXPERT, None),
    "expert3": ("专家丙", Role.EXPERT, None),
    "expert4": ("专家丁", Role.EXPERT, None),
    "expert5": ("专家戊", Role.EXPERT, None),
    "admin": ("管理员", Role.ADMINISTRATOR, None),
    "security": ("安全员", Role.SECURITY_OFFICER, None),
    "auditor": ("审计员", Role.AUDITOR, None),
}
APPLICANTS = {
    "jl_applicant": ("金哲", "head"),
    "jl_colleague": ("朴英", "head"),
    "jl_member": ("崔浩", "member1"),
    "jl_stranger": ("韩冰", "stranger"),
    "zs_applicant": ("陈冠", "zhongshan"),
    "zs_stranger": ("李想", "zs_stranger"),
}
ENTERPRISES = {
    "head": ("延边长白智能装备有限公司", "222401", "2224010001"),
    "member1": ("延吉海兰数控机床有限公司", "222401", "2224010002"),
    "member2": ("延吉布尔哈通软件有限公司", "222401", "2224010003"),
    "stranger": ("敦化牡丹江药机有限公司", "222403", "2224030004"),
    "zhongshan": ("中山香山新能源科技有限公司", "442000118", "4420000005"),
    "zs_stranger": ("中山岐江光电有限公司", "442000101", "4420000006"),
}
LINES = (
    ("equipment", "五轴加工中心", Decimal("1130000.00"), Decimal("130000.00")),
    ("software", "生产管理软件", Decimal("226000.00"), Decimal("26000.00")),
    ("civil", "厂房地面改造", Decimal("109000.00"), Decimal("9000.00")),
)
"""What each project of a draft claims: category, summary, gross and tax (元); everything is paid and claimed net."""
