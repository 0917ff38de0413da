#include "json/secret_patterns.hpp"

#include <algorithm>
#include <array>

namespace millrace {
namespace {

constexpr CharacterSet kAlphanumeric{"A-Za-z0-9"};
constexpr CharacterSet kWord{"A-Za-z0-9_-"};
constexpr CharacterSet kDotted{"A-Za-z0-9_.-"};
constexpr CharacterSet kUnderscored{"A-Za-z0-9_"};
constexpr CharacterSet kHyphened{"A-Za-z0-9-"};
constexpr CharacterSet kHex{"A-Fa-f0-9"};
constexpr CharacterSet kUpper{"A-Z0-9"};
constexpr std::size_t kAny = std::numeric_limits<std::size_t>::max();

// Sorted by the first character of the prefix.
constexpr std::array kVendors = {
    SecretPattern{"ABIA", kUpper, 16, 16},                        // AWS: keys and temporary keys
    SecretPattern{"ACCA", kUpper, 16, 16},                        //
    SecretPattern{"AKIA", kUpper, 16, 16},                        //
    SecretPattern{"ASIA", kUpper, 16, 16},                        //
    SecretPattern{"AIza", kWord, 35, 35},                         // Google: API keys
    SecretPattern{"AGE-SECRET-KEY-1", kUpper, 50},                // age
    SecretPattern{"ATATT3", kWord, 60},                           // Atlassian
    SecretPattern{"GOCSPX-", kWord, 28, 28},                      // Google: OAuth clients
    SecretPattern{"SK", kHex, 32, 32},                            // Twilio
    SecretPattern{"dapi", kHex, 32, 32},                          // Databricks
    SecretPattern{"doo_v1_", kHex, 64, 64},                       // DigitalOcean
    SecretPattern{"dop_v1_", kHex, 64, 64},                       //
    SecretPattern{"dor_v1_", kHex, 64, 64},                       //
    SecretPattern{"figd_", kWord, 38},                            // Figma
    SecretPattern{"ghp_", kAlphanumeric, 36},                     // GitHub
    SecretPattern{"gho_", kAlphanumeric, 36},                     //
    SecretPattern{"ghu_", kAlphanumeric, 36},                     //
    SecretPattern{"ghs_", kAlphanumeric, 36},                     //
    SecretPattern{"ghr_", kAlphanumeric, 36},                     //
    SecretPattern{"github_pat_", kUnderscored, 22},               //
    SecretPattern{"glpat-", kDotted, 20},                         // GitLab
    SecretPattern{"gldt-", kDotted, 20},                          //
    SecretPattern{"glrt-", kDotted, 20},                          //
    SecretPattern{"glptt-", kDotted, 20},                         //
    SecretPattern{"glcbt-", kDotted, 20},                         //
    SecretPattern{"gloas-", kDotted, 20},                         //
    SecretPattern{"glsoat-", kDotted, 20},                        //
    SecretPattern{"glsa_", kUnderscored, 40},                     // Grafana
    SecretPattern{"gsk_", kAlphanumeric, 40},                     // Groq
    SecretPattern{"hf_", kAlphanumeric, 30},                      // Hugging Face
    SecretPattern{"key-", kHex, 32, 32},                          // Mailgun
    SecretPattern{"lin_api_", kAlphanumeric, 40},                 // Linear
    SecretPattern{"npm_", kAlphanumeric, 36},                     // npm
    SecretPattern{"ntn_", kAlphanumeric, 40},                     // Notion
    SecretPattern{"nvapi-", kWord, 60},                           // NVIDIA
    SecretPattern{"pplx-", kAlphanumeric, 40},                    // Perplexity
    SecretPattern{"pscale_pw_", kWord, 32},                       // PlanetScale
    SecretPattern{"pscale_tkn_", kWord, 32},                      //
    SecretPattern{"pypi-", kWord, 50},                            // PyPI
    SecretPattern{"r8_", kAlphanumeric, 37, 40},                  // Replicate
    SecretPattern{"rk_live_", kAlphanumeric, 20},                 // Stripe
    SecretPattern{"rk_test_", kAlphanumeric, 20},                 //
    SecretPattern{"sk_live_", kAlphanumeric, 20},                 //
    SecretPattern{"sk_test_", kAlphanumeric, 20},                 //
    SecretPattern{"whsec_", CharacterSet{"A-Za-z0-9+/="}, 24},    //
    SecretPattern{"sbp_", kHex, 40, 40},                          // Supabase
    SecretPattern{"shpat_", kHex, 32, 32},                        // Shopify
    SecretPattern{"shpca_", kHex, 32, 32},                        //
    SecretPattern{"shppa_", kHex, 32, 32},                        //
    SecretPattern{"shpss_", kHex, 32, 32},                        //
    SecretPattern{"sk-", kWord, 20, kAny, 16},                    // OpenAI, Anthropic, and who does as they do
    SecretPattern{"sntrys_", CharacterSet{"A-Za-z0-9_+/="}, 40},  // Sentry
    SecretPattern{"sntryu_", kHex, 64, 64},                       //
    SecretPattern{"sq0atp-", kWord, 22, 22},                      // Square
    SecretPattern{"sq0csp-", kWord, 43, 43},                      //
    SecretPattern{"vercel_", kAlphanumeric, 24},                  // Vercel
    SecretPattern{"xai-", kAlphanumeric, 60},                     // xAI
    SecretPattern{"xapp-", kHyphened, 30},                        // Slack
    SecretPattern{"xoxa-", kHyphened, 20},                        //
    SecretPattern{"xoxb-", kHyphened, 20},                        //
    SecretPattern{"xoxe-", kHyphened, 20},                        //
    SecretPattern{"xoxp-", kHyphened, 20},                        //
    SecretPattern{"xoxr-", kHyphened, 20},                        //
    SecretPattern{"xoxs-", kHyphened, 20},                        //
};

constexpr std::array kDottedVendors = {
    SecretPattern{"SG.", kDotted, 60},    // SendGrid
    SecretPattern{"dp.pt.", kWord, 40},   // Doppler
    SecretPattern{"hvb.", kWord, 24},     // HashiCorp Vault
    SecretPattern{"hvs.", kWord, 24},     //
    SecretPattern{"ya29.", kDotted, 20},  // Google: access tokens
};

// The longest run of letters and digits, if there is a digit in it.
std::size_t longestRun(std::string_view text) {
  std::size_t longest = 0;
  std::size_t run = 0;
  bool hasDigit = false;
  for (const char character : text) {
    const bool continues = kAlphanumeric.has(character);
    run = continues ? run + 1 : 0;
    hasDigit = continues && (hasDigit || (character >= '0' && character <= '9'));
    longest = hasDigit ? std::max(longest, run) : longest;
  }
  return longest;
}

}  // namespace

// Where something is no match after all, no more than this was read, so that the time is linear.
std::optional<std::size_t> matchEnd(const SecretPattern& pattern, std::string_view text, std::size_t at) {
  constexpr std::size_t kRunWithin = 96;
  if (!text.substr(at).starts_with(pattern.prefix)) {
    return std::nullopt;
  }
  const std::size_t first = at + pattern.prefix.size();
  const auto runOf = [&](std::size_t from, std::size_t most) {
    std::size_t end = from;
    while (end < text.size() && end - from < most && pattern.characters.has(text[end])) {
      ++end;
    }
    return end;
  };
  const bool isOpen = pattern.most == kAny;
  const std::size_t end = runOf(first, isOpen ? std::max(pattern.least, kRunWithin) : pattern.most + 1);
  const std::size_t length = end - first;
  const bool isMatch =
      length >= pattern.least && length <= pattern.most && longestRun(text.substr(first, length)) >= pattern.leastRun;
  if (!isMatch) {
    return std::nullopt;
  }
  return isOpen ? runOf(end, kAny) : end;
}

std::span<const SecretPattern> vendorPatterns() { return kVendors; }

std::span<const SecretPattern> dottedPatterns() { return kDottedVendors; }

}  // namespace millrace
