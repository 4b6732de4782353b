#!/bin/sh
# Makes the fonts of the printed certificates anew: from the fonts of Debian 12 (packages
# fonts-noto-core 20201225 and fonts-noto-cjk 20220127) what certificates are written with, and
# nothing else. Needs python3 with fontTools 4.x, and dpkg-deb for the second package.
#
#   subset.sh NOTO_FOLDER NOTO_SANS_CJK_REGULAR.ttc
#
# e.g. subset.sh /usr/share/fonts/truetype/noto /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc
set -eu
noto=$1
cjk=$2
here=$(dirname "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Dates inside the files stay those of the fonts: the same input gives the same bytes.
common="--no-recalc-timestamp --no-hinting --notdef-outline --name-IDs=0,1,2,3,4,5,6,13,14"

# Latin with all that European, African and Asian languages in Latin script write, Greek, Cyrillic,
# punctuation, raised and lowered digits, currencies, units, and the few signs of quantities.
latin=U+0020-007E,U+00A0-024F,U+0250-02FF,U+0300-036F,U+0370-03FF,U+0400-052F,U+1E00-1EFF
latin=$latin,U+2000-2064,U+2070-209F,U+20A0-20C0,U+2100-214F,U+2150-215F,U+2190-2193,U+2212,U+2248
latin=$latin,U+2260,U+2264,U+2265,U+25A0,U+25A1,U+25CC,U+2610-2612,U+FB00-FB04,U+FFFD
for style in Regular Bold Italic; do
    python3 -m fontTools.subset "$noto/NotoSans-$style.ttf" $common --unicodes="$latin" \
        --layout-features=ccmp,locl,mark,mkmk,kern --output-file="$here/NotoSans-$style.ttf"
done

# Arabic with Persian, Urdu and the other languages that write it; every form by its context.
arabic=U+0020,U+00A0,U+0600-06FF,U+0750-077F,U+08A0-08FF,U+200C-200F,U+25CC,U+FB50-FDFF,U+FE70-FEFE
for style in Regular Bold; do
    python3 -m fontTools.subset "$noto/NotoNaskhArabic-$style.ttf" $common --unicodes="$arabic" \
        --layout-features='*' --output-file="$here/NotoNaskhArabic-$style.ttf"
done

# Chinese: all of GB 2312, which is its 6,763 characters of both levels and its signs.
python3 - > "$work/gb2312.txt" <<'PYTHON'
for row in range(0xA1, 0xF8):
    for cell in range(0xA1, 0xFF):
        try:
            print("%04X" % ord(bytes((row, cell)).decode("gb2312")))
        except UnicodeDecodeError:
            pass
PYTHON
number=$(python3 - "$cjk" <<'PYTHON'
import sys
from fontTools.ttLib import TTCollection
for number, font in enumerate(TTCollection(sys.argv[1], lazy=True)):
    if font["name"].getDebugName(1) == "Noto Sans CJK SC":
        print(number)
        break
PYTHON
)
python3 -m fontTools.subset "$cjk" $common --font-number="$number" \
    --unicodes-file="$work/gb2312.txt" --layout-features=ccmp,locl \
    --output-file="$here/NotoSansCJKsc-Regular.otf"
