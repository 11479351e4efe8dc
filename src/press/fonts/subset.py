#!/usr/bin/env python3
"""Makes the three fonts beside this file from those that Debian packages.

    apt-get install fonts-morisawa-bizud-gothic fonts-jetbrains-mono
    python3 -m pip install fonttools
    python3 src/press/fonts/subset.py

Run it again when a message file of `paper` gains a character that BIZ UDPGothic Bold lacks: a test says so by name. The result
depends on nothing but the fonts and the message files, so a second run changes no byte.

- BIZUDPGothic-Regular.ttf   all of JIS X 0208, JIS X 0213, CP932 and Latin that the font has: names of people and firms
- BIZUDPGothic-Bold.ttf      ASCII, kana, and every character of the message files: fixed words only
- JetBrainsMono-Regular.ttf  ASCII: what is typed

Hints for screens and layout tables are left out: paper needs neither, and the program shapes nothing but one glyph a character.
"""

from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

HERE = Path(__file__).resolve().parent
SOURCE = Path("/usr/share/fonts/truetype")
MESSAGES = HERE.parent.parent / "language" / "messages"

ASCII = set(range(0x20, 0x7F))
LATIN = set(range(0xA0, 0x250)) | set(range(0x1E00, 0x1F00)) | set(range(0x2010, 0x2045)) | set(range(0x20A0, 0x20C0))
KANA = set(range(0x3000, 0x3100))


def covered_by(codec):
    """Every character that a legacy Japanese codec can write."""
    found = set()
    for code in range(0x20, 0x30000):
        if 0xD800 <= code < 0xE000:
            continue
        try:
            chr(code).encode(codec)
        except UnicodeEncodeError:
            continue
        found.add(code)
    return found


def of_messages():
    """Every character of the sentences that are printed, in either language."""
    files = sorted(MESSAGES.glob("paper.*.txt"))
    return {ord(character) for file in files for character in file.read_text("utf-8") if character != "\n"}


def make(source, name, characters):
    font = TTFont(SOURCE / source / name, recalcTimestamp=False)
    options = subset.Options()
    options.hinting = False
    options.layout_features = []
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 13, 14]
    options.name_languages = [0x409]
    options.notdef_outline = True
    options.drop_tables += ["DSIG", "GSUB", "GPOS", "GDEF", "gasp", "meta", "vhea", "vmtx"]
    options.recalc_timestamp = False
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(font)
    target = HERE / name
    font.save(target)
    print(f"{name}: {len(font.getGlyphOrder())} glyphs, {target.stat().st_size} bytes")


japanese = covered_by("cp932") | covered_by("euc_jis_2004") | covered_by("euc_jisx0213")
make("bizud-gothic", "BIZUDPGothic-Regular.ttf", ASCII | LATIN | KANA | japanese)
make("bizud-gothic", "BIZUDPGothic-Bold.ttf", ASCII | KANA | of_messages())
make("jetbrains-mono", "JetBrainsMono-Regular.ttf", ASCII)
