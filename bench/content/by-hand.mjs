// What applications write themselves: parse, walk, stringify. The rules are those of native/json, as expressions.
const NAMES =
  "password passwd pwd passphrase passcode secret secretkey clientsecret apikey apisecret accesskey accesskeyid secretaccesskey " +
  "privatekey signingkey encryptionkey masterkey accountkey sharedaccesskey accesstoken refreshtoken idtoken authtoken apitoken " +
  "sessiontoken securitytoken bearertoken usertoken csrftoken xsrftoken authorization cookie setcookie sessionid credentials " +
  "connectionstring cvv cvc cardnumber ssn otp pin mnemonic seedphrase jwt webhooksecret bottoken deploykey licensekey " +
  "personalaccesstoken oauthtoken serviceaccountkey";
const NAME = new RegExp(`^(?:${NAMES.replaceAll(" ", "|")})$`);
const KEYS = [
  "ABIA[A-Z0-9]{16,16}(?![A-Za-z0-9])",
  "ACCA[A-Z0-9]{16,16}(?![A-Za-z0-9])",
  "AKIA[A-Z0-9]{16,16}(?![A-Za-z0-9])",
  "ASIA[A-Z0-9]{16,16}(?![A-Za-z0-9])",
  "AIza[\\w-]{35,35}(?![A-Za-z0-9])",
  "AGE-SECRET-KEY-1[A-Z0-9]{50,}",
  "ATATT3[\\w-]{60,}",
  "GOCSPX-[\\w-]{28,28}(?![A-Za-z0-9])",
  "SK[A-Fa-f0-9]{32,32}(?![A-Za-z0-9])",
  "dapi[A-Fa-f0-9]{32,32}(?![A-Za-z0-9])",
  "doo_v1_[A-Fa-f0-9]{64,64}(?![A-Za-z0-9])",
  "dop_v1_[A-Fa-f0-9]{64,64}(?![A-Za-z0-9])",
  "dor_v1_[A-Fa-f0-9]{64,64}(?![A-Za-z0-9])",
  "figd_[\\w-]{38,}",
  "ghp_[A-Za-z0-9]{36,}",
  "gho_[A-Za-z0-9]{36,}",
  "ghu_[A-Za-z0-9]{36,}",
  "ghs_[A-Za-z0-9]{36,}",
  "ghr_[A-Za-z0-9]{36,}",
  "github_pat_[\\w]{22,}",
  "glpat-[\\w.-]{20,}",
  "gldt-[\\w.-]{20,}",
  "glrt-[\\w.-]{20,}",
  "glptt-[\\w.-]{20,}",
  "glcbt-[\\w.-]{20,}",
  "gloas-[\\w.-]{20,}",
  "glsoat-[\\w.-]{20,}",
  "glsa_[\\w]{40,}",
  "gsk_[A-Za-z0-9]{40,}",
  "hf_[A-Za-z0-9]{30,}",
  "key-[A-Fa-f0-9]{32,32}(?![A-Za-z0-9])",
  "lin_api_[A-Za-z0-9]{40,}",
  "npm_[A-Za-z0-9]{36,}",
  "ntn_[A-Za-z0-9]{40,}",
  "nvapi-[\\w-]{60,}",
  "pplx-[A-Za-z0-9]{40,}",
  "pscale_pw_[\\w-]{32,}",
  "pscale_tkn_[\\w-]{32,}",
  "pypi-[\\w-]{50,}",
  "r8_[A-Za-z0-9]{37,40}(?![A-Za-z0-9])",
  "rk_live_[A-Za-z0-9]{20,}",
  "rk_test_[A-Za-z0-9]{20,}",
  "sk_live_[A-Za-z0-9]{20,}",
  "sk_test_[A-Za-z0-9]{20,}",
  "sbp_[A-Fa-f0-9]{40,40}(?![A-Za-z0-9])",
  "shpat_[A-Fa-f0-9]{32,32}(?![A-Za-z0-9])",
  "shpca_[A-Fa-f0-9]{32,32}(?![A-Za-z0-9])",
  "shppa_[A-Fa-f0-9]{32,32}(?![A-Za-z0-9])",
  "shpss_[A-Fa-f0-9]{32,32}(?![A-Za-z0-9])",
  "sk-[\\w-]{20,}",
  "sntryu_[A-Fa-f0-9]{64,64}(?![A-Za-z0-9])",
  "sq0atp-[\\w-]{22,22}(?![A-Za-z0-9])",
  "sq0csp-[\\w-]{43,43}(?![A-Za-z0-9])",
  "vercel_[A-Za-z0-9]{24,}",
  "xai-[A-Za-z0-9]{60,}",
  "xapp-[A-Za-z0-9-]{30,}",
  "xoxa-[A-Za-z0-9-]{20,}",
  "xoxb-[A-Za-z0-9-]{20,}",
  "xoxe-[A-Za-z0-9-]{20,}",
  "xoxp-[A-Za-z0-9-]{20,}",
  "xoxr-[A-Za-z0-9-]{20,}",
  "xoxs-[A-Za-z0-9-]{20,}",
  "SG\\.[\\w.-]{60,}",
  "dp\\.pt\\.[\\w-]{40,}",
  "hvb\\.[\\w-]{24,}",
  "hvs\\.[\\w-]{24,}",
  "ya29\\.[\\w.-]{20,}",
];
const ASSIGNED = `(?:${NAMES.replaceAll(" ", "|")}|token|sig|signature)`;
const SECRETS = new RegExp(
  [
    `(?<![A-Za-z0-9])(?:${KEYS.join("|")})`,
    "(?<![A-Za-z0-9])eyJ[\\w-]+\\.[\\w-]{4,}\\.[\\w.-]*",
    "(?<=[Bb]earer +)[\\w.~+/-]{16,}=*",
    "-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*(?:-----END [A-Z ]*-----)?",
    '(?<=:\\/\\/[^\\s"/:@]*:)[^\\s"/]+(?=@)',
    `(?<=\\b${ASSIGNED}=)[^\\s"'&;,)<>|}\\]]+`,
    "(?<=\\b(?:authorization|cookie|set-cookie|x-api-key|x-auth-token): *)[^\"\\r\\n']+",
    `(?<="(?:${NAMES.replaceAll(" ", "|")})" ?: ?")[^"]+(?=")`,
    "(?<![\\w.-])\\d{4}[ -]?\\d{4}[ -]?\\d{4}[ -]?\\d{2,4}(?!\\w)",
  ].join("|"),
  "g",
);

/** Words apart, in lower case: "stripeApiKey" is "stripe api key", whose end is "apikey". */
function isSecretName(key) {
  const words = key
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[_\-. ]/);
  for (let at = 0; at < words.length; at += 1) if (NAME.test(words.slice(at).join(""))) return true;
  return false;
}

function passesLuhn(text) {
  const digits = text.replace(/\D/g, "");
  let sum = 0;
  for (let at = 0; at < digits.length; at += 1) {
    const doubled = Number(digits[digits.length - 1 - at]) * (at % 2 === 0 ? 1 : 2);
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

const replaced = (found) => (/^\d/.test(found) && !passesLuhn(found) ? found : "[REDACTED]");

const allRules = { isName: isSecretName, redact: (text) => text.replace(SECRETS, replaced) };

/** A dozen kinds of secrets, and names as they are: what somebody has who begins. */
const FEW =
  /\b(?:sk-[\w-]{20,}|gh[pousr]_[A-Za-z0-9]{36,}|AKIA[A-Z0-9]{16}|AIza[\w-]{35}|xox[abp]-[A-Za-z0-9-]{20,}|sk_live_[A-Za-z0-9]{20,}|npm_[A-Za-z0-9]{36}|eyJ[\w-]+\.[\w-]+\.[\w-]*|Bearer [\w.~+/-]+=*)|-----BEGIN [A-Z ]*PRIVATE KEY|:\/\/[^:\s"/]+:[^@\s"/]+@/g;
const FEW_NAMES = new Set(NAMES.split(" "));
export const shortRules = {
  isName: (key) => FEW_NAMES.has(key.toLowerCase().replace(/[_\-. ]/g, "")),
  redact: (text) => text.replace(FEW, "[REDACTED]"),
};

function walk(value, rules) {
  if (typeof value === "string") return rules.redact(value);
  if (Array.isArray(value)) return value.map((one) => walk(one, rules));
  if (typeof value !== "object" || value === null) return value;
  const copy = {};
  for (const key of Object.keys(value)) copy[key] = rules.isName(key) ? "[REDACTED]" : walk(value[key], rules);
  return copy;
}

/** Text to text, with a check of the size. */
export function redactByHand(text, maxBytes, rules = allRules) {
  if (Buffer.byteLength(text) > maxBytes) throw new RangeError("too large");
  return JSON.stringify(walk(JSON.parse(text), rules));
}

/** Cuts strings and arrays to fixed lengths, which fit this bench's events into 10 KB. */
export function truncateByHand(text, longestText, longestList) {
  const cut = (value) => {
    if (typeof value === "string") return value.length > longestText ? `${value.slice(0, longestText)}…` : value;
    if (Array.isArray(value))
      return value.length > longestList ? [...value.slice(0, longestList).map(cut), "…"] : value.map(cut);
    if (typeof value !== "object" || value === null) return value;
    const copy = {};
    for (const key of Object.keys(value)) copy[key] = cut(value[key]);
    return copy;
  };
  return JSON.stringify(cut(JSON.parse(text)));
}
