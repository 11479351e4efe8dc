"""Computes the keys of a breakglass vault from its cards: with Python alone, and the program argon2 for locked cards.
Type one card a line, and under a locked card its phrase; or write these lines into a file and name it. Where argon2 is
missing, type `pad:` and the 64 digits that it prints on another computer instead of the phrase."""
import hmac, subprocess, sys, unicodedata

SYMBOLS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
BIP_93 = 60, (0x19dc500ce73fde210, 0x1bfae00def77fe529, 0x1fbd920fffe7bee52, 0x1739640bdeee3fdad, 0x07729a039cfc75f5a)
BIP_173 = 25, (0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3)

def checksum(code, prefix, symbols):
    (bits, generators), rest = code, 1
    for value in [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix] + symbols:
        top, rest = rest >> bits, (rest & (1 << bits) - 1) << 5 ^ value
        for place in range(5):
            rest ^= generators[place] * (top >> place & 1)
    return rest

def read_card(line):  # 77 symbols of 5 bits hold 48 bytes and one bit of padding; 13 symbols of checksum follow
    text = "".join(unicodedata.normalize("NFKC", line).lower().replace("-", " ").split())
    symbols = [SYMBOLS.find(c) for c in text[3:]]
    if len(symbols) != 90 or -1 in symbols or checksum(BIP_93, text[:2], symbols) != 0x10ce0795c2fd1e62a:
        sys.exit("This line is no card, or something in it is wrong: " + line)
    return (sum(symbol << 5 * (76 - place) for place, symbol in enumerate(symbols[:77])) >> 1).to_bytes(48, "big")

def pad_of(head, lines):  # Argon2id of the phrase; the salt is the card's first 16 bytes in hexadecimal digits
    argon2 = ["argon2", head.hex(), *"-id -v 13 -t 3 -p 4 -l 32 -r -k".split(), str(65536 << (head[0] & 6))]
    print("  it is locked: type its phrase, or `pad:` and what this prints:", *argon2, file=sys.stderr)
    phrase = " ".join(unicodedata.normalize("NFKC", next(lines, "")).split())
    if phrase.startswith("pad:"):
        return bytes.fromhex(phrase[4:])
    return bytes.fromhex(subprocess.check_output(argon2, input=phrase.encode()).decode())

def times(a, b):  # in the field GF(256) of the polynomial 0x11d
    return 0 if b == 0 else a * (b & 1) ^ times(a << 1 ^ 0x11d * (a >> 7), b >> 1)

def derive(root, use):  # HKDF-SHA256 (RFC 5869) without salt, 32 bytes
    return hmac.digest(hmac.digest(bytes(32), root, "sha256"), b"breakglass/1 " + use + b"\1", "sha256")

lines = (line.strip() for line in (open(sys.argv[1], encoding="utf-8") if sys.argv[1:] else sys.stdin) if line.strip())
piles = {}  # cards of different epochs do not go together
for line in lines:
    card = read_card(line)
    print(f"card {card[2]} of epoch {card[4:16].hex()}, which takes {card[3]} cards", file=sys.stderr)
    pad = pad_of(card[:16], lines) if card[0] & 8 else bytes(32)
    pile = piles.setdefault(card[3:16], {})
    pile[card[2]] = bytes(a ^ b for a, b in zip(card[16:], pad))
    if len(pile) == card[3]:
        break
else:
    sys.exit("More cards are needed.")
root = bytes(32)
for x, share in pile.items():  # interpolation at 0; whatever is multiplied by y 254 times is divided by y
    weight = 1
    for factor in [y for other in pile.keys() - {x} for y in [other] + [other ^ x] * 254]:
        weight = times(weight, factor)
    root = bytes(a ^ times(weight, b) for a, b in zip(root, share))
print("Passphrase of sealed.age:", derive(root, b"contents").hex())
data = [int.from_bytes(derive(root, b"deposit"), "big") << 4 >> 5 * (51 - place) & 31 for place in range(52)]
data += [(checksum(BIP_173, "age-secret-key-", data + [0] * 6) ^ 1) >> 5 * (5 - place) & 31 for place in range(6)]
print("Identity for deposits: AGE-SECRET-KEY-1" + "".join(SYMBOLS[symbol] for symbol in data).upper())
