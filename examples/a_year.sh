#!/usr/bin/env bash
# A year in the life of a vault. Read it from top to bottom, or run it: it plays the year in a folder of its own within a minute, asks
# nothing, and throws the folder away.
#
#   examples/a_year.sh             with the program that cargo builds
#   BREAKGLASS=… examples/a_year.sh    with this one
#
# What people do with paper, a script can only do with files: "the printer" puts the groups of each card in a folder "paper", as somebody
# types them off the sheet, and --from-paper says that they were. The files that breakglass wrote would be refused. Every name, password and key is invented. The log shows today's dates, since the clock is the machine's.
set -euo pipefail

here=$(cd "$(dirname "$0")/.." && pwd)
if [ -z "${BREAKGLASS:-}" ]; then
    cargo build --quiet --release --manifest-path "$here/Cargo.toml"
    BREAKGLASS=$here/target/release/breakglass
fi
year=$(mktemp -d)
trap 'rm -rf "$year"' EXIT
cd "$year"
# What this machine knows of vaults stays in this folder too.
export XDG_CONFIG_HOME=$year/office BREAKGLASS_VAULT=acme.vault LC_ALL=C.UTF-8

month() { printf '\n\n== %s\n' "$*"; }
note() { printf '\n# %s\n' "$*"; }

# Shows a command as a person types it, and runs it. Status 3 says that something is due; it is no failure.
run() {
    printf '\n$ breakglass'
    printf ' %q' "$@"
    printf '\n'
    local status=0
    "$BREAKGLASS" "$@" </dev/null 2>&1 || status=$?
    [ "$status" -eq 0 ] || [ "$status" -eq 3 ]
}

# The printer, and whoever types: only the groups of a card come back, without its words and row numbers. NAME is a folder for one set.
print_cards() {
    local file
    mkdir -p "paper/$1"
    for file in cards/card-*.txt; do
        sed -nE 's/^ +[0-9]+   +([A-Z0-9].*)$/\1/p' "$file" >"paper/$1/${file#cards/}"
    done
}

# The card of a custodian, by its number.
card() { ls "paper/$1/card-0$2"*; }

month "January: the vault is made"
note "Five custodians, any three of whom open it. Two read Japanese: their cards and prompts are Japanese."
cat >custodians.csv <<'CSV'
name,language,contact,deputy,place
高橋 愛子,ja,内線 104,佐藤 千恵,本社金庫
Ben Okafor,en,+44 20 7946 0991,,"London, safe"
佐藤 千恵,ja,,,大阪支社
Dan Weber,en,,,at home
Emi Suzuki,en,,,"Osaka, safe"
CSV
run init acme.vault --name Acme --threshold 3 --roster custodians.csv --text --cards-to cards
print_cards january
note "A card counts only once it was read back from its paper. Then its file is deleted."
run init acme.vault --cards paper/january --from-paper --cards-to cards

month "February: what an emergency needs goes in"
note "The emergency accounts stand in a password manager so far. Its export is shown, asked about, put in, and destroyed."
cat >export.csv <<'CSV'
folder,favorite,type,name,notes,fields,reprompt,login_uri,login_username,login_password,login_totp
Emergency,,login,"Microsoft 365, emergency account",Excluded from every policy,Tenant: acme.example,0,https://portal.example.com,bg1@acme.example,rXu7-Wm2k-99ab,otpauth://totp/Acme:bg1?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Acme
Emergency,,login,登録業者,,,0,https://registrar.example.jp,acme,tK4-mmz-0021,
CSV
run put --import export.csv --yes --destroy-export --by "Ben Okafor"
note "Recovery keys are a file, recovery codes are single-use, and a security key lies somewhere."
printf 'device,key\nserver-01,111111-222222-333333\n' >bitlocker.csv
printf 'aaaa-1111\nbbbb-2222\ncccc-3333\n' >codes.txt
printf '493817\n' >pin.txt
run put bitlocker --title "BitLocker recovery keys" --attach bitlocker.csv --by "Ben Okafor"
run put microsoft-365-emergency-account --recovery-codes --value-from codes.txt --by "Ben Okafor"
run put microsoft-365-emergency-account --fido2-key 1 --serial 20871234 --place "London, safe" --value-from pin.txt --by "Ben Okafor"
rm bitlocker.csv codes.txt pin.txt
run list

month "March: the first ceremony seals it"
note "Three custodians come. What was put in is listed before it is folded in; everybody gets a new card."
cat "$(card january 1)" "$(card january 2)" "$(card january 4)" >three-cards.txt
run rotate --cards paper/january --stage --roster custodians.csv --text --cards-to cards --yes
print_cards march
run rotate --commit --new-cards paper/march --from-paper --cards-to cards --yes
note "The old paper opens nothing newer. It is destroyed, and the log says so."
run card destroyed --all --yes

month "April: a card is checked at home"
note "Dan has his card, a copy of the header, and the program. He sends back a receipt that only his card can sign."
header=$(ls -d acme.vault/epochs/*/header.json | tail -n 1)
run card check --header "$header" --from-paper --cards "$(card march 4)" --receipt dan.receipt
run log add dan.receipt

month "May: two copies live apart and meet again"
note "A copy goes to Osaka on a stick. There somebody puts a new password in, with no card and no network."
run copy osaka.vault
printf 'tK5-new-0022\n' >new-password.txt
XDG_CONFIG_HOME=$year/osaka run put entry-in-osaka --vault osaka.vault --title "Registrar, put in at Osaka" --value-from new-password.txt \
    --epoch "$(basename "$(dirname "$header")" | cut -d - -f 2)" --by "佐藤 千恵"
rm new-password.txt
run merge osaka.vault

month "June: a card is lost"
run card lost "Emi Suzuki" --reason "left on a train" --by "Ben Okafor"
run status

month "July: the ceremony after it"
note "Emi gets a new card like everybody else; the lost one opens nothing newer."
run rotate --cards paper/march --stage --roster custodians.csv --text --cards-to cards --yes
print_cards july
run rotate --commit --new-cards paper/july --from-paper --cards-to cards --yes
run card destroyed --all --yes

month "August, three at night: nobody can sign in"
mkdir paper/night
cp "$(card july 1)" "$(card july 2)" "$(card july 5)" paper/night/
note "The opening is in the log before anything shows, and so is each value. At a terminal, everything of this night is one opening."
run unseal --reason "sign-in is down" --incident INC-2041 --entry microsoft-365-emergency-account --field password --cards paper/night
note "The account asks for a second factor. The code is made offline."
run unseal --reason "sign-in is down" --incident INC-2041 --entry microsoft-365-emergency-account --field totp --cards paper/night
note "One recovery code is spent, and a server asks for its recovery key."
run unseal --reason "sign-in is down" --incident INC-2041 --entry microsoft-365-emergency-account --field recovery_codes --cards paper/night
run unseal --reason "sign-in is down" --incident INC-2041 --entry bitlocker --attachment bitlocker.csv --cards paper/night

month "August, the day after: calm again"
note "Every command says that the vault was opened, until what must follow was done."
run status
run reviewed --by "Dan Weber"
run put microsoft-365-emergency-account --generate --by "Ben Okafor"
run rotate --cards paper/july --replaced microsoft-365-emergency-account --replaced bitlocker --stage --roster custodians.csv --text \
    --cards-to cards --yes
print_cards august
run rotate --commit --new-cards paper/august --from-paper --cards-to cards --yes
run card destroyed --all --yes

month "October: a custodian leaves"
run custodian depart "Dan Weber" --reason "moved to another company" --by "Ben Okafor"
sed -i.before '/^Dan Weber/d' custodians.csv
note "Four custodians from now on. The attachments are encrypted anew, since somebody left who could have opened them."
run rotate --cards paper/august --stage --roster custodians.csv --text --cards-to cards --yes
print_cards october
run rotate --commit --new-cards paper/october --from-paper --cards-to cards --yes
run card destroyed --all --yes

month "December: the auditor comes"
note "No card is needed to verify the chain, every signature, and every file."
run log verify --files
run log show
note "What is due next year goes into a calendar, and into the monitoring."
run status --ics next-year.ics
run status --prometheus -
note "The head on paper proves the log up to here. Nothing is due."
run status
