#include "io/crypto/openssl_cipher.hpp"

#include <dlfcn.h>

#include <memory>

// The few functions of OpenSSL's EVP that this needs, which have been the same since 1.1.0 and are looked up in the process: Node's headers are not those of
// the OpenSSL that a distribution links it with. https://docs.openssl.org/3.0/man3/EVP_EncryptInit/

namespace millrace {
namespace {

struct Context;
struct Kind;
struct Engine;

struct Functions {
  Context* (*newContext)() = nullptr;
  void (*freeContext)(Context*) = nullptr;
  const Kind* (*aes128)() = nullptr;
  int (*init)(Context*, const Kind*, Engine*, const unsigned char*, const unsigned char*, int) = nullptr;
  int (*setPadding)(Context*, int) = nullptr;
  int (*update)(Context*, unsigned char*, int*, const unsigned char*, int) = nullptr;

  [[nodiscard]] bool areThere() const {
    return newContext != nullptr && freeContext != nullptr && aes128 != nullptr && init != nullptr &&
           setPadding != nullptr && update != nullptr;
  }
};

template <typename Function>
void find(const char* name, Function*& function) {
  function = reinterpret_cast<Function*>(::dlsym(RTLD_DEFAULT, name));
}

const Functions& functions() {
  static const Functions found = [] {
    Functions all;
    find("EVP_CIPHER_CTX_new", all.newContext);
    find("EVP_CIPHER_CTX_free", all.freeContext);
    find("EVP_aes_128_ecb", all.aes128);
    find("EVP_CipherInit_ex", all.init);
    find("EVP_CIPHER_CTX_set_padding", all.setPadding);
    find("EVP_CipherUpdate", all.update);
    return all;
  }();
  return found;
}

// One direction of one key.
class Direction {
 public:
  static constexpr int kDecrypts = 0;
  static constexpr int kEncrypts = 1;

  Direction(const Block16& key, int direction)
      : context_(functions().newContext(), functions().freeContext),
        isReady_(context_ != nullptr &&
                 functions().init(context_.get(), functions().aes128(), nullptr, key.data(), nullptr, direction) == 1 &&
                 functions().setPadding(context_.get(), 0) == 1) {
    static_cast<void>(run(Block16{}));  // so that what fails, fails here
  }

  [[nodiscard]] bool isReady() const { return isReady_; }

  Block16 run(const Block16& block) {
    Block16 result{};
    int written = 0;
    isReady_ = isReady_ &&
               functions().update(context_.get(), result.data(), &written, block.data(), int{sizeof(Block16)}) == 1 &&
               written == int{sizeof(Block16)};
    return result;
  }

 private:
  std::unique_ptr<Context, void (*)(Context*)> context_;
  bool isReady_;
};

class OpensslCipher : public BlockCipher {
 public:
  explicit OpensslCipher(const std::vector<Block16>& keys) : encrypts_(keys.front(), Direction::kEncrypts) {
    for (const Block16& key : keys) {
      decrypts_.emplace_back(key, Direction::kDecrypts);
    }
  }

  [[nodiscard]] bool isReady() const {
    bool areReady = encrypts_.isReady();
    for (const Direction& one : decrypts_) {
      areReady = areReady && one.isReady();
    }
    return areReady;
  }
  [[nodiscard]] std::size_t keys() const override { return decrypts_.size(); }
  [[nodiscard]] Block16 encrypt(const Block16& block) override { return encrypts_.run(block); }
  [[nodiscard]] Block16 decrypt(const Block16& block, std::size_t key) override { return decrypts_.at(key).run(block); }

 private:
  Direction encrypts_;
  std::vector<Direction> decrypts_;
};

}  // namespace

std::shared_ptr<BlockCipher> newOpensslCipher(const std::vector<Block16>& keys) {
  if (keys.empty() || !functions().areThere()) {
    return nullptr;
  }
  auto cipher = std::make_shared<OpensslCipher>(keys);
  return cipher->isReady() ? cipher : nullptr;
}

}  // namespace millrace
