"""Small own-written inputs used by several tests of the network room."""

from __future__ import annotations

from pathlib import Path

LINKS = """supplier,buyer,product,amount,period,source
s1,a1,steel,100,2025,invoice
s1,a2,steel,50,2025,invoice
s2,a2,steel,50,2025,invoice
p1,a1,chip,80,2025,invoice
p1,a2,chip,40,2025,invoice
w1,a1,power,10,2025,invoice
w1,s1,power,5,2025,invoice
a1,x1,machine,400,2025,invoice
a2,x1,machine,200,2025,invoice
a1,a2,part,30,2025,invoice
u1,a1,bolt,20,2025,invoice
"""
# s: steel makers, p1: chips abroad, w1: power, a: machine makers of the chain, x1 and u1: outside and unknown
FIRMS = """firm,name,sector,region,chain,node,revenue,costs,capacity,technology,longitude,latitude,stock_days
s1,钢一,31,990101,甲链,钢材,200,10,300,0.5,125.0,28.0,10
s2,钢二,31,990101,甲链,钢材,80,,,,125.5,28.0,
p1,芯一,39,境外,,,,,,,,,
w1,电一,44,990101,,,40,,100,,125.1,28.0,
a1,机一,35,990101,甲链,整机,450,300,500,0.9,125.2,28.0,20
a2,机二,35,990101,甲链,整机,230,200,,0.2,125.3,28.0,30
x1,外一,35,990200,,,,,,,,,
u1,未一,34,,,,,,,,,,
"""
CLASSES = "supplier_sector,buyer_sector,class\n" + "".join(
    f"{a},{b},{2 if a in ('31', '39', '44') else 1}\n"
    for a in ("31", "34", "35", "39", "44")
    for b in ("31", "34", "35", "39", "44")
)


def write_inputs(folder: Path, links: str = LINKS, firms: str = FIRMS) -> tuple[str, str, str]:
    """Write links, firms and class matrix into a folder and return their paths."""
    paths = []
    for name, text in (("links", links), ("firms", firms), ("essential", CLASSES)):
        path = folder / f"{name}.csv"
        path.write_text(text, encoding="utf-8")
        paths.append(str(path))
    return paths[0], paths[1], paths[2]
