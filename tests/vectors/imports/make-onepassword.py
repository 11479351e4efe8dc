#!/usr/bin/env python3
"""Writes onepassword.1pux and onepassword.csv. BY HAND: no 1Password program made these.

Shapes follow support.1password.com/1pux-format and the readers of KeePassXC, Bitwarden and
Proton Pass. Everything is invented. Usage: make-onepassword.py OUTPUT_FOLDER
"""
import base64, csv, hashlib, io, json, pathlib, struct, sys, zipfile

out = pathlib.Path(sys.argv[1])
out.mkdir(parents=True, exist_ok=True)
TOTP = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
OTPAUTH = f"otpauth://totp/Example%20Bank:aiko.takahashi%40example.com?secret={TOTP}&issuer=Example%20Bank"


def uid(name):  # 26 characters of base32, as 1Password's ids
    return base64.b32encode(hashlib.sha256(name.encode()).digest())[:26].decode().lower()


def field(title, kind, value, id=None, **more):
    f = {"title": title, "id": id or uid("field " + title + kind), "value": {kind: value}, "guarded": False,
         "multiline": False, "dontGenerate": False,
         "inputTraits": {"keyboard": "default", "correction": "default", "capitalization": "default"}}
    f.update(more)
    return f


def section(title, *fields, name=None):
    return {"title": title, "name": name or "Section_" + uid("section " + title), "fields": list(fields)}


def login(username, password):
    both = [("username", "T", username), ("password", "P", password)]
    return [{"value": v, "id": "", "name": n, "fieldType": t, "designation": n} for n, t, v in both if v is not None]


def item(title, category, *, urls=(), tags=None, state="active", fav=0, subtitle="", **details):
    overview = {"subtitle": subtitle, "icons": None, "title": title, "url": urls[0] if urls else "",
                "watchtowerExclusions": None}
    if urls:
        overview["urls"] = [{"label": "website" if i == 0 else f"website {i}", "url": u, "mode": "default"}
                            for i, u in enumerate(urls)]
    if tags is not None:
        overview["tags"] = tags
    d = {"loginFields": [], "notesPlain": "", "sections": [], "passwordHistory": []}
    d.update(details)
    return {"uuid": uid("item " + title), "favIndex": fav, "createdAt": 1704164645, "updatedAt": 1714979289,
            "state": state, "categoryUuid": category, "details": d, "overview": overview}


files = {}


def file(name, data):
    doc = uid("file " + name)
    files[f"files/{doc}__{name}"] = data
    return {"fileName": name, "documentId": doc, "decryptedSize": len(data)}


# An Ed25519 key of the bytes 0..31, as 1Password writes it (PKCS#8) and in the OpenSSH text form.
seed = bytes(range(32))
pub = bytes.fromhex("03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8")
blob = struct.pack(">I", 11) + b"ssh-ed25519" + struct.pack(">I", 32) + pub
pkcs8 = "-----BEGIN PRIVATE KEY-----\n" + base64.b64encode(
    bytes.fromhex("302e020100300506032b657004220420") + seed).decode() + "\n-----END PRIVATE KEY-----\n"
ssh_key = {"privateKey": pkcs8, "metadata": {
    "privateKey": pkcs8, "publicKey": "ssh-ed25519 " + base64.b64encode(blob).decode(),
    "fingerprint": "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("="),
    "keyType": "ed25519"}}

card = item("Example card", "002", subtitle="4111 **** 1111", sections=[
    section("", field("cardholder name", "string", "Aiko Takahashi", "cardholder", guarded=True),
            field("type", "creditCardType", "visa", "type", guarded=True),
            field("number", "creditCardNumber", "4111111111111111", "ccnum", guarded=True, clipboardFilter="0123456789"),
            field("verification number", "concealed", "123", "cvv", guarded=True, dontGenerate=True),
            field("expiry date", "monthYear", 203104, "expiry", guarded=True),
            field("valid from", "monthYear", None, "validFrom", guarded=True), name=""),
    section("Additional Details", field("PIN", "concealed", "4711", "pin"), name="details")])

personal = [
    item("Example Bank", "001", fav=1, subtitle="aiko.takahashi@example.com", tags=["finance", "work/bank", "仕事"],
         urls=["https://bank.example.com/login?a=1,2&b=3", "https://m.bank.example.com", "https://例え.example.jp/"],
         loginFields=login("aiko.takahashi@example.com", 'bank-Pass"1",<&>') + [
             {"value": "✓", "id": "remember", "name": "remember me", "fieldType": "C"},
             {"value": "12", "id": "branch", "name": "branch", "fieldType": "N"}],
         notesPlain='First line, with a comma\nSecond "quoted" line\n\n<b>&</b>\ttab\n*bold* _italic_',
         sections=[
             section("", field("one-time password", "totp", OTPAUTH, "TOTP_" + uid("totp 1"))),
             section("Every type",
                     field("text", "string", "plain text"),
                     field("multi-line text", "string", "一行目\n二行目", multiline=True),
                     field("PIN", "concealed", "4711"),
                     field("second code", "totp", TOTP, "TOTP_" + uid("totp 2")),
                     field("web", "url", "https://help.example.com"),
                     field("mail", "email", {"email_address": "aiko@example.com", "provider": None}),
                     field("phone", "phone", "+81 3 0000 0000"),
                     field("opened", "date", 1704153660),
                     field("no date", "date", None),
                     field("valid until", "monthYear", 203112),
                     field("branch address", "address", {"street": "1-2-3 Example-cho\nRoom 45", "city": "Tokyo", "country": "jp", "zip": "100-0001", "state": "Tokyo"}),
                     field("gender", "gender", "female"),
                     field("security", "menu", "wpa2p"),
                     field("card type", "creditCardType", "visa"),
                     field("card number", "creditCardNumber", "4111111111111111"),
                     field("empty", "string", ""),
                     field("", "string", "a field without a title")),
             section("Related Items", field("Example card", "reference", uid("item Example card")), name="linked items"),
             section("ファイル", field("codes", "file", file("codes.txt", b"Recovery codes\n1111-2222\n")),
                     field("", "file", file("鍵 file.bin", bytes(range(256)))))],
         passwordHistory=[{"value": "older-password", "time": 1706932800}, {"value": 'oldest,"password"', "time": 1704250800}]),
    card,
    item("Router", "109", subtitle="home-net", sections=[section(
        "", field("base station name", "string", "router", "name"), field("base station password", "concealed", "router-Pass", "password"),
        field("network name", "string", "home-net", "network_name"), field("wireless security", "menu", "wpa2p", "wireless_security"),
        field("wireless network password", "concealed", "wifi-Pass", "wireless_password"), name="")]),
    item("Secure note メモ", "003", notesPlain="Line 1\nLine 2\n終わり", tags=[]),
    item("Identity", "004", subtitle="Aiko Takahashi", sections=[
        section("Identification", field("first name", "string", "Aiko", "firstname", guarded=True),
                field("last name", "string", "Takahashi", "lastname", guarded=True), field("birth date", "date", 662731260, "birthdate"), name="name"),
        section("Address", field("address", "address", {"street": "1-2-3 Example-cho", "city": "Tokyo", "country": "jp", "zip": "100-0001", "state": ""}, "address"),
                field("default phone", "phone", "+81 3 0000 0000", "defphone"), name="address"),
        section("Internet Details", field("username", "string", "aiko", "username"), field("email", "string", "aiko@example.com", "email"), name="internet")]),
    item("Just a password", "005", urls=["https://pw.example.com"], password="only-a-password"),
    item("Login by details.password", "001", loginFields=[], password="password-outside-loginFields"),
    item("Scanned document", "006", subtitle="24 bytes", notesPlain="A Document item", documentAttributes=file("scan: 1.txt", b"Not really a scan.\n\xe2\x9c\x93\n")),
    item("Old forum", "001", state="archived", urls=["https://forum.example.org"], loginFields=login("dan.weber", "archived-pass")),
]
shared = [
    item("みずいろ銀行", "001", urls=["https://ginkou.example.jp/"], loginFields=login("高橋愛子", "ひみつの合言葉🔑"), notesPlain="支店番号: 001\n「暗証番号」は、通帳の裏。"),
    item("Deploy key", "114", sections=[section("", field("private key", "sshKey", ssh_key, "private_key"), name="")]),
    item("API", "112", sections=[section("", field("username", "string", "ben.okafor", "username"), field("credential", "concealed", "api-key-0001", "credential"),
                                         field("hostname", "string", "api.example.com", "hostname"), name="")]),
    item("db1 \"primary\"", "110", sections=[section("", field("URL", "string", "ssh://db1.example.net:2222", "url"),
                                                     field("username", "string", "root", "username"), field("password", "concealed", " leading and trailing ", "password"), name="")]),
]


def vault(name, kind, items, desc=""):
    return {"attrs": {"uuid": uid("vault " + name), "desc": desc, "avatar": "", "name": name, "type": kind}, "items": items}


data = {"accounts": [{"attrs": {"accountName": "Aiko Takahashi", "name": "Aiko Takahashi", "avatar": "", "email": "aiko.takahashi@example.com",
                                "uuid": uid("account").upper(), "domain": "https://my.example.com/"},
                      "vaults": [vault("Personal", "P", personal), vault("家族/Family", "U", shared, "Shared with the family"), vault("Empty", "U", [])]}]}

with zipfile.ZipFile(out / "onepassword.1pux", "w", zipfile.ZIP_DEFLATED) as z:
    def put(name, content):
        info = zipfile.ZipInfo(name, (2024, 5, 6, 7, 8, 10))
        info.compress_type = zipfile.ZIP_DEFLATED
        z.writestr(info, content)
    put("export.attributes", json.dumps({"version": 3, "description": "1Password Unencrypted Export", "createdAt": 1714979290}))
    put("export.data", json.dumps(data, ensure_ascii=False, separators=(",", ":")))
    for name, content in files.items():
        put(name, content)

rows = [["Title", "Url", "Username", "Password", "OTPAuth", "Favorite", "Archived", "Tags", "Notes"]]
for i in personal + shared:
    if i["categoryUuid"] not in ("001", "005"):
        continue  # 1Password 8 writes Login and Password items only
    d, o = i["details"], i["overview"]
    get = lambda n: next((f["value"] for f in d["loginFields"] if f.get("designation") == n), "")
    otp = next((f["value"]["totp"] for s in d["sections"] for f in s["fields"] if "totp" in f["value"]), "")
    rows.append([o["title"], o["url"], get("username"), get("password") or d.get("password", ""), otp,
                 str(bool(i["favIndex"])).lower(), str(i["state"] == "archived").lower(), ";".join(o.get("tags") or []), d["notesPlain"]])
text = io.StringIO()
csv.writer(text, lineterminator="\n").writerows(rows)
(out / "onepassword.csv").write_bytes(text.getvalue().encode())
