#!/usr/bin/env bash
# Makes keepassxc.xml, keepassxc.csv (from a KDBX 4 database, the default) and
# keepassxc-kdbx3.xml (from a KDBX 3.1 database) with the real keepassxc-cli (2.7 or newer).
# Usage: make-keepassxc.sh OUTPUT_FOLDER
# Everything in the database is invented. The database itself is thrown away.
# Uuids and times of entries made here differ from run to run.
set -euo pipefail
out=${1:?usage: make-keepassxc.sh OUTPUT_FOLDER}
mkdir -p "$out"
out=$(cd "$out" && pwd)
export LC_ALL=C.UTF-8 QT_QPA_PLATFORM=offscreen   # Qt decodes arguments by the locale
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
db=   # the database at work
pw=fixture   # of the throw-away database only

# kp COMMAND ARGS...: one keepassxc-cli call; extra stdin lines come from $extra.
extra=
kp() { local cmd=$1; shift; printf '%s\n%s' "$pw" "$extra" | keepassxc-cli "$cmd" -q "$@" >>"$tmp/log" 2>&1 || { cat "$tmp/log" >&2; exit 1; }; }
# add PATH PASSWORD OPTIONS...
add() { local path=$1; extra=$2$'\n'; shift 2; kp add -p "$@" "$db" "$path"; extra=; }
edit() { local path=$1; extra=$2$'\n'; shift 2; kp edit -p "$@" "$db" "$path"; extra=; }

# 1. What the CLI cannot set (otp, custom attributes, tags, expiry) comes in by XML.
cat >"$tmp/seed.xml" <<'XML'
<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<KeePassFile>
 <Meta>
  <Generator>KeePassXC</Generator>
  <DatabaseName>Seed</DatabaseName>
  <MemoryProtection><ProtectTitle>False</ProtectTitle><ProtectUserName>False</ProtectUserName><ProtectPassword>True</ProtectPassword><ProtectURL>False</ProtectURL><ProtectNotes>False</ProtectNotes></MemoryProtection>
  <RecycleBinEnabled>True</RecycleBinEnabled>
 </Meta>
 <Root>
  <Group>
   <UUID>AAAAAAAAAAAAAAAAAAAAAQ==</UUID>
   <Name>Root</Name>
   <Group>
    <UUID>AAAAAAAAAAAAAAAAAAAAAg==</UUID>
    <Name>Work</Name>
    <Notes>Group notes, "quoted"</Notes>
    <IconID>48</IconID>
    <Entry>
     <UUID>AAAAAAAAAAAAAAAAAAAAAw==</UUID>
     <IconID>0</IconID>
     <Tags>finance;two words;仕事</Tags>
     <Times>
      <CreationTime>2024-01-02T03:04:05Z</CreationTime><LastModificationTime>2024-05-06T07:08:09Z</LastModificationTime>
      <LastAccessTime>2024-05-06T07:08:09Z</LastAccessTime><ExpiryTime>2031-12-31T23:59:00Z</ExpiryTime>
      <Expires>True</Expires><UsageCount>0</UsageCount><LocationChanged>2024-01-02T03:04:05Z</LocationChanged>
     </Times>
     <String><Key>Title</Key><Value>Example Bank</Value></String>
     <String><Key>UserName</Key><Value>aiko.takahashi@example.com</Value></String>
     <String><Key>Password</Key><Value ProtectInMemory="True">bank-Pass"1",&lt;&amp;&gt;</Value></String>
     <String><Key>URL</Key><Value>https://bank.example.com/login?a=1&amp;b=2</Value></String>
     <String><Key>Notes</Key><Value>Expires at the end of 2031.</Value></String>
     <String><Key>otp</Key><Value ProtectInMemory="True">otpauth://totp/Example%20Bank:aiko.takahashi%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&amp;issuer=Example%20Bank&amp;algorithm=SHA1&amp;digits=6&amp;period=30</Value></String>
     <String><Key>Customer number</Key><Value>0012-3456</Value></String>
     <String><Key>Phone PIN</Key><Value ProtectInMemory="True">4711</Value></String>
     <String><Key>KP2A_URL</Key><Value>https://m.bank.example.com/</Value></String>
     <String><Key>メモ</Key><Value>一行目
二行目 &lt;b&gt;</Value></String>
    </Entry>
    <Entry>
     <UUID>AAAAAAAAAAAAAAAAAAAABA==</UUID>
     <IconID>0</IconID>
     <Times>
      <CreationTime>2023-01-01T00:00:00Z</CreationTime><LastModificationTime>2023-01-01T00:00:00Z</LastModificationTime>
      <LastAccessTime>2023-01-01T00:00:00Z</LastAccessTime><ExpiryTime>2023-06-30T12:00:00Z</ExpiryTime>
      <Expires>True</Expires><UsageCount>0</UsageCount><LocationChanged>2023-01-01T00:00:00Z</LocationChanged>
     </Times>
     <String><Key>Title</Key><Value>Old style TOTP (expired)</Value></String>
     <String><Key>UserName</Key><Value>ben.okafor</Value></String>
     <String><Key>Password</Key><Value ProtectInMemory="True">legacy-totp-pass</Value></String>
     <String><Key>URL</Key><Value>https://old.example.org</Value></String>
     <String><Key>Notes</Key><Value></Value></String>
     <String><Key>TOTP Seed</Key><Value ProtectInMemory="True">GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ</Value></String>
     <String><Key>TOTP Settings</Key><Value ProtectInMemory="True">30;8</Value></String>
    </Entry>
   </Group>
  </Group>
 </Root>
</KeePassFile>
XML
printf '%s\n%s\n' "$pw" "$pw" | keepassxc-cli import -q -p -t 100 "$tmp/seed.xml" "$tmp/seed.kdbx" >>"$tmp/log" 2>&1
fill() {
db=$1
kp merge -s "$db" "$tmp/seed.kdbx"

# 2. Groups and entries.
kp mkdir "$db" "Work/Servers"
kp mkdir "$db" "Work/Servers/Tokyo & <East>"
kp mkdir "$db" "個人"
kp mkdir "$db" "個人/銀行・カード"
kp mkdir "$db" "Empty group"
add "Home router" 'router-Pass-2024' -u admin --url http://192.0.2.1/
add "Work/Mail, main" 'comma,semi;quote"back\slash' -u ben.okafor@example.com --url https://mail.example.com/ \
  --notes $'First line, with a comma\nSecond "quoted" line\n\nFourth <line> & more\ttab'
add "Work/Servers/Tokyo & <East>/db1 \"primary\"" "it's <&> ]]> fine" -u root --url ssh://db1.example.net:2222
add "個人/銀行・カード/みずいろ銀行" 'ひみつの合言葉🔑' -u 高橋愛子 --url https://ginkou.example.jp/ \
  --notes $'支店番号: 001\n口座番号: 0000123\n「暗証番号」は、通帳の裏。'
add "個人/Wi-Fi" ' leading and trailing ' -u ''
add "個人/No password" '' -u chie.sato@example.com

# 3. History: two password changes and a new user name.
add "個人/Webmail" 'first-password' -u chie --url https://webmail.example.com
edit "個人/Webmail" 'second-password' -u chie.sato
edit "個人/Webmail" 'third-password'

# 4. Attachments: text, a ~3 KB binary, and the same bytes under another entry.
printf 'Recovery codes\n1111-2222\n3333-4444\n' >"$tmp/codes.txt"
for i in $(seq 0 255); do printf "\\x$(printf %02x "$i")"; done >"$tmp/256"
for i in 1 2 3 4 5 6 7 8 9 10 11 12; do cat "$tmp/256"; done >"$tmp/key.bin"
kp attachment-import "$db" "個人/Webmail" "codes.txt" "$tmp/codes.txt"
kp attachment-import "$db" "個人/Webmail" "鍵 file.bin" "$tmp/key.bin"
kp attachment-import "$db" "Home router" "copy of codes.txt" "$tmp/codes.txt"
}

# 5a. KDBX 4: the deletions by "rm" and "rmdir", and one for good (DeletedObjects).
printf '%s\n%s\n' "$pw" "$pw" | keepassxc-cli db-create -q -p -t 100 "$tmp/4.kdbx" >>"$tmp/log" 2>&1
fill "$tmp/4.kdbx"
add "Work/Old forum" 'deleted-pass' -u dan.weber --url https://forum.example.org
kp rm "$db" "Work/Old forum"
add "Work/Gone" 'gone-pass'
kp rm "$db" "Work/Gone"
kp rm "$db" "Recycle Bin/Gone"
kp mkdir "$db" "Old project"
add "Old project/CI" 'deleted-with-group' -u emi.suzuki
kp rmdir "$db" "Old project"
for f in xml csv; do
  printf '%s\n' "$pw" | keepassxc-cli export -q -f "$f" "$db" >"$out/keepassxc.$f"
done

# 5b. KDBX 3.1, which "import" makes (2.7.4) and "db-create" does not. "rm" would upgrade it to
# KDBX 4, so the Recycle Bin comes with the import and "add" puts an entry there.
cat >"$tmp/3.xml" <<'XML'
<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<KeePassFile>
 <Meta>
  <Generator>KeePassXC</Generator>
  <MemoryProtection><ProtectTitle>False</ProtectTitle><ProtectUserName>False</ProtectUserName><ProtectPassword>True</ProtectPassword><ProtectURL>False</ProtectURL><ProtectNotes>False</ProtectNotes></MemoryProtection>
  <RecycleBinEnabled>True</RecycleBinEnabled>
  <RecycleBinUUID>AAAAAAAAAAAAAAAAAAAACQ==</RecycleBinUUID>
 </Meta>
 <Root>
  <Group>
   <UUID>AAAAAAAAAAAAAAAAAAAACA==</UUID>
   <Name>Passwords</Name>
   <Group><UUID>AAAAAAAAAAAAAAAAAAAACQ==</UUID><Name>Recycle Bin</Name><IconID>43</IconID><EnableAutoType>false</EnableAutoType><EnableSearching>false</EnableSearching></Group>
  </Group>
 </Root>
</KeePassFile>
XML
printf '%s\n%s\n' "$pw" "$pw" | keepassxc-cli import -q -p -t 100 "$tmp/3.xml" "$tmp/3.kdbx" >>"$tmp/log" 2>&1
fill "$tmp/3.kdbx"
add "Recycle Bin/Old forum" 'deleted-pass' -u dan.weber --url https://forum.example.org
printf '%s\n' "$pw" | keepassxc-cli export -q -f xml "$db" >"$out/keepassxc-kdbx3.xml"
grep -q '<Binaries>' "$out/keepassxc-kdbx3.xml" || echo "warning: this keepassxc-cli made KDBX 4 of the import" >&2
