"""The files of the demo: one PDF for each kind of material, which says what it stands for."""

from __future__ import annotations

from xml.sax.saxutils import escape

from subsidy.ops.demo.demo import Demo
from subsidy.papers import files, pdf

PAGE = """<!doctype html><html lang="zh"><head><meta charset="utf-8"><title>{label}</title></head>
<body><h1>{label}</h1><p>演示材料，内容虚构。用于说明此处应上传的材料：{label}。</p></body></html>"""
ANY = "佐证材料"


def sample(demo: Demo, label: str) -> tuple[str, int]:
    """Digest and size of the sample file of a material; in a small demo one file stands for all."""
    label = label if demo.scale >= 1 else ANY
    if label not in demo.samples:
        content = pdf.render(PAGE.format(label=escape(label))).content
        demo.samples[label] = files.keep(content), len(content)
    return demo.samples[label]
