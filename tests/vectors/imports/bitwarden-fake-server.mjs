// A small stand-in for a Bitwarden server, just enough for the real `bw` (tried: CLI 2024.2.0, 2026.6.0, 2026.9.0) to log
// in and export. It encrypts the invented vault below as Bitwarden's security whitepaper says:
// PBKDF2-SHA256 -> HKDF-Expand -> AES-256-CBC + HMAC-SHA256, RSA-OAEP-SHA1 for the organisation key.
// Usage: node bitwarden-fake-server.mjs PORT CERT.pem KEY.pem   (the CLI insists on https)
import crypto from "node:crypto";
import fs from "node:fs";
import https from "node:https";

const [port, certFile, keyFile] = process.argv.slice(2);
const maxType = Number(process.env.MAX_TYPE ?? 8); // older clients know fewer item types
const email = "aiko.takahashi@example.com";
const password = "fixture-master-password"; // of this throw-away account only
const iterations = 600000;
const userId = "11111111-1111-4111-8111-111111111111";
const orgId = "22222222-2222-4222-8222-222222222222";
const id = (n) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;

// --- encryption -------------------------------------------------------------------------
const b64 = (b) => Buffer.from(b).toString("base64");
const hmac = (key, ...parts) => parts.reduce((h, p) => h.update(p), crypto.createHmac("sha256", key)).digest();
const expand = (prk, info) => hmac(prk, Buffer.from(info), Buffer.from([1])); // one HKDF block: 32 bytes
function seal(key, data) {
  const iv = crypto.randomBytes(16);
  const c = crypto.createCipheriv("aes-256-cbc", key.subarray(0, 32), iv);
  const ct = Buffer.concat([c.update(data), c.final()]);
  return [iv, ct, hmac(key.subarray(32), iv, ct)];
}
const enc = (key, data) => "2." + seal(key, data).map(b64).join("|"); // "EncString" type 2
const sealFile = (key, data) => { const [iv, ct, mac] = seal(key, data); return Buffer.concat([Buffer.from([2]), iv, mac, ct]); };

const masterKey = crypto.pbkdf2Sync(password, email, iterations, 32, "sha256");
const stretched = Buffer.concat([expand(masterKey, "enc"), expand(masterKey, "mac")]);
const userKey = crypto.randomBytes(64);
const orgKey = crypto.randomBytes(64);
const { publicKey, privateKey } = crypto.generateKeyPairSync("rsa", { modulusLength: 2048 });
const wrappedUserKey = enc(stretched, userKey);
const wrappedPrivateKey = enc(userKey, privateKey.export({ type: "pkcs8", format: "der" }));
const wrappedOrgKey = "4." + b64(crypto.publicEncrypt({ key: publicKey, oaepHash: "sha1" }, orgKey));

// Every string of an item is encrypted, but for ids and dates.
const plain = new Set("id folderId organizationId collectionIds creationDate revisionDate deletedDate archivedDate lastUsedDate passwordRevisionDate".split(" "));
function encryptItem(v, key, name = "") {
  if (Array.isArray(v)) return plain.has(name) ? v : v.map((x) => encryptItem(x, key, name));
  if (v && typeof v === "object") {
    const o = Object.fromEntries(Object.entries(v).map(([k, x]) => [k, encryptItem(x, key, k)]));
    if (v.uri) o.uriChecksum = enc(key, b64(crypto.createHash("sha256").update(v.uri).digest()));
    return o;
  }
  return typeof v === "string" && !plain.has(name) ? enc(key, v) : v;
}

// --- the invented vault -----------------------------------------------------------------
const T = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
const dates = { creationDate: "2024-01-02T03:04:05.678Z", revisionDate: "2024-05-06T07:08:09.123Z" };
const folders = [[101, "Work"], [102, "Work/Servers"], [103, "個人"], [104, "Empty folder"]];
const fields = [
  { name: "Customer number", value: "0012-3456", type: 0 },
  { name: "PIN", value: "4711", type: 1 },
  { name: "Newsletter", value: "true", type: 2 },
  { name: "Linked user", value: null, type: 3, linkedId: 100 },
  { name: "メモ: 注意", value: "一行目\n二行目, \"引用\"", type: 0 },
  { name: "No value", value: null, type: 0 },
  { name: null, value: "no name", type: 0 },
];
const passkey = {
  credentialId: "c0ffee00-0000-4000-8000-000000000001", keyType: "public-key", keyAlgorithm: "ECDSA", keyCurve: "P-256",
  keyValue: "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgtklbSio41njxIEKHwyUCLNwYrrMjbvvL5_KfXnLMuNWhRANCAASY42SeM9gv-1lkXCxI1D_W2Npp-Xudxa1VqGHDePrshzr-iRTg24z7Xx-B_u-nt0ARJbzJ8UIBSKNbwaMTgqsW",
  rpId: "passkey.example.com", userHandle: "dXNlci0wMDAx", userName: "aiko.takahashi@example.com", counter: "0",
  rpName: "Passkey Example", userDisplayName: "Aiko Takahashi", discoverable: "true", creationDate: "2024-03-04T05:06:07.000Z",
};
const items = [
  { id: id(1), folderId: id(101), type: 1, name: "Example Bank", favorite: true, reprompt: 1,
    notes: "First line, with a comma\nSecond \"quoted\" line\n\n<b>&</b>\ttab", fields,
    login: { username: email, password: "bank-Pass\"1\",<&>", passwordRevisionDate: "2024-05-06T07:08:09.123Z",
      totp: `otpauth://totp/Example%20Bank:aiko.takahashi%40example.com?secret=${T}&issuer=Example%20Bank`,
      uris: [{ uri: "https://bank.example.com/login?a=1,2&b=3", match: null }, { uri: "https://m.bank.example.com", match: 1 },
        { uri: "androidapp://com.example.bank", match: null }, { uri: "^https://.*\\.example\\.com/", match: 4 }] },
    passwordHistory: [{ password: "older-password", lastUsedDate: "2024-02-03T04:05:06.000Z" }, { password: "oldest,\"password\"", lastUsedDate: "2024-01-03T04:05:06.000Z" }] },
  { id: id(2), folderId: id(102), type: 1, name: "db1 \"primary\"", login: { username: "root", password: " leading and trailing ", totp: T, uris: [{ uri: "ssh://db1.example.net:2222", match: 5 }] } },
  { id: id(3), folderId: id(103), type: 1, name: "みずいろ銀行", notes: "支店番号: 001\n「暗証番号」は、通帳の裏。", login: { username: "高橋愛子", password: "ひみつの合言葉🔑", totp: null, uris: [{ uri: "https://ginkou.example.jp/", match: null }] } },
  { id: id(4), folderId: null, type: 1, name: "Passkey only", login: { username: null, password: null, totp: null, uris: null, fido2Credentials: [passkey] } },
  { id: id(5), folderId: null, type: 1, name: "Steam-like", archivedDate: "2024-06-07T08:09:10.000Z", login: { username: "ben.okafor", password: "archived-pass", totp: "steam://HXDMVJECJJWSRB3HWIZR4IFUGFTMXBOZ", uris: [] } },
  { id: id(6), folderId: id(103), type: 2, name: "Secure note メモ", notes: "Line 1\r\nLine 2 (CRLF)\n終わり", secureNote: { type: 0 }, fields: [{ name: "Code", value: "1111-2222", type: 1 }] },
  { id: id(7), folderId: id(101), type: 3, name: "Example card", notes: null, card: { cardholderName: "Aiko Takahashi", brand: "Visa", number: "4111111111111111", expMonth: "4", expYear: "2031", code: "123" } },
  { id: id(8), folderId: null, type: 4, name: "Identity", notes: "Nickname: Ai", identity: { title: "Ms", firstName: "Aiko", middleName: null, lastName: "Takahashi", address1: "1-2-3 Example-cho", address2: "Room 45", address3: null, city: "Tokyo", state: null, postalCode: "100-0001", country: "JP", company: "Example Inc.", email, phone: "+81 3 0000 0000", ssn: null, username: "aiko", passportNumber: "TZ0000000", licenseNumber: null } },
  { id: id(9), folderId: id(102), type: 5, name: "SSH key", notes: null, sshKey: sshKey() },
  { id: id(10), folderId: null, type: 6, name: "Bank account", bankAccount: { bankName: "Example Bank", nameOnAccount: "Aiko Takahashi", accountType: "checking", accountNumber: "0000123", routingNumber: "000000000", branchNumber: "001", pin: "4711", swiftCode: "EXMPJPJT", iban: null, bankContactPhone: null } },
  { id: id(11), folderId: null, type: 7, name: "Driver's license", driversLicense: { firstName: "Ben", middleName: null, lastName: "Okafor", dateOfBirth: "1990-01-15", licenseNumber: "D0000001", issuingCountry: "US", issuingState: "CA", issueDate: "2020-06-01", expirationDate: "2030-06-01", issuingAuthority: null, licenseClass: "C" } },
  { id: id(12), folderId: null, type: 8, name: "Passport", passport: { surname: "Sato", givenName: "Chie", dateOfBirth: "1991-02-16", sex: "F", birthPlace: "Osaka", nationality: "JPN", issuingCountry: "JP", passportNumber: "TZ0000001", passportType: "P", nationalIdentificationNumber: null, issuingAuthority: null, issueDate: "2021-01-01", expirationDate: "2031-01-01" } },
  { id: id(13), folderId: null, type: 1, name: "In the trash (never exported)", deletedDate: "2024-06-07T08:09:10.000Z", login: { username: "dan.weber", password: "deleted-pass", uris: [] } },
];
const collections = [[201, "Team"], [202, "Team/運用"]];
const orgItems = [
  { id: id(21), organizationId: orgId, collectionIds: [id(201), id(202)], type: 1, name: "Shared login", notes: "In two collections", login: { username: "team@example.com", password: "shared-pass", totp: null, uris: [{ uri: "https://team.example.com", match: null }] }, fields: [{ name: "Owner", value: "Dan Weber", type: 0 }] },
  { id: id(22), organizationId: orgId, collectionIds: [id(202)], type: 2, name: "共有メモ", notes: "手順書\n1. 起動", secureNote: { type: 0 } },
  { id: id(23), organizationId: orgId, collectionIds: [id(201)], type: 3, name: "Team card", card: { cardholderName: "Emi Suzuki", brand: "Mastercard", number: "5555555555554444", expMonth: "12", expYear: "2030", code: "321" } },
];
const files = { // attachment id: name, content, item
  [id(901)]: ["codes.txt", Buffer.from("Recovery codes\n1111-2222\n"), id(1)],
  [id(902)]: ["鍵 file.bin", Buffer.from([...Array(256).keys()]), id(1)],
  [id(903)]: ["notes: v1.2.txt", Buffer.from("Restart with care.\n"), id(2)],
};
const fileKeys = Object.fromEntries(Object.keys(files).map((f) => [f, crypto.randomBytes(64)]));
const attachments = Object.entries(files).map(([f, [name, data]]) => ({ object: "attachment", id: f, url: `https://localhost:${port}/files/${f}`,
  fileName: enc(userKey, name), key: enc(userKey, fileKeys[f]), size: String(data.length), sizeName: `${data.length} Bytes` }));

function sshKey() {
  // The Ed25519 key of the bytes 0..31, written in the OpenSSH format.
  const seed = Buffer.from([...Array(32).keys()]);
  const pub = Buffer.from("03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8", "hex");
  const u32 = (n) => { const b = Buffer.alloc(4); b.writeUInt32BE(n); return b; };
  const str = (s) => Buffer.concat([u32(Buffer.byteLength(s)), Buffer.from(s)]);
  const pubBlob = Buffer.concat([str("ssh-ed25519"), str(pub)]);
  let priv = Buffer.concat([u32(7), u32(7), pubBlob, str(Buffer.concat([seed, pub])), str("")]);
  for (let i = 1; priv.length % 8; i++) priv = Buffer.concat([priv, Buffer.from([i])]);
  const all = Buffer.concat([Buffer.from("openssh-key-v1\0"), str("none"), str("none"), str(""), u32(1), str(pubBlob), str(priv)]);
  return { privateKey: `-----BEGIN OPENSSH PRIVATE KEY-----\n${b64(all).match(/.{1,70}/g).join("\n")}\n-----END OPENSSH PRIVATE KEY-----\n`,
    publicKey: `ssh-ed25519 ${b64(pubBlob)}`,
    keyFingerprint: "SHA256:" + b64(crypto.createHash("sha256").update(pubBlob).digest()).replace(/=+$/, "") };
}

// --- the answers ------------------------------------------------------------------------
const kdfSettings = { kdfType: 0, iterations, memory: null, parallelism: null };
const kdf = { kdf: 0, kdfIterations: iterations, kdfMemory: null, kdfParallelism: null, kdfSettings, salt: email };
const accountKeys = { publicKeyEncryptionKeyPair: { wrappedPrivateKey, publicKey: b64(publicKey.export({ type: "spki", format: "der" })) } };
const unlock = { salt: email, kdf: kdfSettings, masterKeyEncryptedUserKey: wrappedUserKey };
const cipher = (i) => ({ object: "cipherDetails", organizationId: null, folderId: null, collectionIds: [], favorite: false, reprompt: 0, edit: true, viewPassword: true,
  permissions: { delete: true, restore: true }, organizationUseTotp: true, notes: null, fields: null, passwordHistory: null, deletedDate: null, archivedDate: null, key: null,
  ...dates, ...encryptItem(i, i.organizationId ? orgKey : userKey), attachments: attachments.filter((a) => files[a.id][2] === i.id) });
const collection = ([n, name]) => ({ object: "collectionDetails", id: id(n), organizationId: orgId, name: enc(orgKey, name), externalId: n === 201 ? "ext-1" : null, readOnly: false, manage: true, hidePasswords: false });
const jwt = (claims) => [{ alg: "none", typ: "JWT" }, claims].map((o) => Buffer.from(JSON.stringify(o)).toString("base64url")).join(".") + ".x";
const now = Math.floor(Date.now() / 1000);
const token = { access_token: jwt({ sub: userId, email, email_verified: true, name: "Aiko Takahashi", premium: true, sstamp: "stamp", nbf: now, iat: now, exp: now + 86400, scope: ["api"], amr: ["Application"], iss: `https://localhost:${port}/identity`, client_id: "cli" }),
  expires_in: 86400, token_type: "Bearer", refresh_token: "refresh", key: wrappedUserKey, privateKey: wrappedPrivateKey, accountKeys, ...kdf, forcePasswordReset: false, resetMasterPassword: false,
  masterPasswordPolicy: { object: "masterPasswordPolicy" }, userDecryptionOptions: { HasMasterPassword: true, MasterPasswordUnlock: unlock } };
const no = Object.fromEntries(("usePolicies useGroups useDirectory useEvents use2fa useApi useSso useOrganizationDomains useKeyConnector useScim useCustomPermissions useResetPassword " +
  "useSecretsManager useActivateAutofillPolicy useAutomaticUserConfirmation selfHost ssoBound resetPasswordEnrolled familySponsorshipAvailable keyConnectorEnabled accessSecretsManager " +
  "limitCollectionCreation limitCollectionDeletion limitItemDeletion userIsManagedByOrganization userIsClaimedByOrganization useRiskInsights useAdminSponsoredFamilies isAdminInitiated ssoEnabled").split(" ").map((k) => [k, false]));
const organization = { ...no, object: "profileOrganization", id: orgId, name: "Example Team", key: wrappedOrgKey, status: 2, type: 0, enabled: true, useTotp: true, usersGetPremium: true,
  usePasswordManager: true, hasPublicAndPrivateKeys: false, userId, organizationUserId: id(301), productTierType: 1, permissions: {}, allowAdminAccessToAllCollectionItems: true };
const profile = { object: "profile", id: userId, name: "Aiko Takahashi", email, emailVerified: true, premium: true, culture: "en-US", twoFactorEnabled: false, key: wrappedUserKey, privateKey: wrappedPrivateKey,
  accountKeys, securityStamp: "stamp", forcePasswordReset: false, usesKeyConnector: false, creationDate: dates.creationDate, organizations: [organization], providers: [], providerOrganizations: [] };
const routes = {
  "/api/config": () => ({ object: "config", version: "2026.6.0", gitHash: "fake", server: null, environment: { api: `https://localhost:${port}/api`, identity: `https://localhost:${port}/identity` }, featureStates: { "pm-32009-new-item-types": true } }),
  "/identity/accounts/prelogin/password": () => kdf, "/identity/accounts/prelogin": () => kdf,
  "/identity/connect/token": () => token,
  "/api/accounts/revision-date": () => Date.now(),
  "/api/sync": () => ({ object: "sync", profile, folders: folders.map(([n, name]) => ({ object: "folder", id: id(n), name: enc(userKey, name), ...dates })), collections: collections.map(collection),
    ciphers: [...items, ...orgItems].filter((i) => i.type <= maxType).map(cipher), domains: null, policies: [], sends: [], userDecryption: { masterPasswordUnlock: unlock } }),
  [`/api/organizations/${orgId}/export`]: () => ({ collections: collections.map(collection), ciphers: orgItems.map(cipher) }),
};
https.createServer({ cert: fs.readFileSync(certFile), key: fs.readFileSync(keyFile) }, (req, res) => {
  const path = req.url.split("?")[0];
  const file = path.split("/").pop();
  req.resume();
  if (process.env.VERBOSE) console.error(req.method, path);
  if (path.startsWith("/files/") && files[file]) return res.end(sealFile(fileKeys[file], files[file][1]));
  const answer = routes[path]?.() ?? (path.includes("/attachment/") ? attachments.find((a) => a.id === file) : undefined);
  res.writeHead(answer === undefined ? (/events|collect|key-management/.test(path) ? 200 : 404) : 200, { "content-type": "application/json" });
  res.end(JSON.stringify(answer ?? {}));
}).listen(Number(port), "127.0.0.1", () => console.error("listening"));
