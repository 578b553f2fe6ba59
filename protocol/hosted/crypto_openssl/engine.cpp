// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/hosted/crypto_openssl/engine.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>

namespace protocol::crypto {
namespace {

constexpr std::size_t kWrapBlockOctets = 8;  // RFC 3394 2: semiblocks of 64 bits
constexpr std::size_t kMinWrappedBlocks = 2;
constexpr std::size_t kMinTagOctets = 4;  // NIST SP 800-38D 5.2.1.2
constexpr std::size_t kMaxTagOctets = 16;

// EVP counts in int; no APDU comes near it, so longer input is a caller's mistake, refused.
bool fits_int(Bytes bytes) {
  return bytes.size() <= static_cast<std::size_t>(std::numeric_limits<int>::max());
}
int length(Bytes bytes) { return static_cast<int>(bytes.size()); }

bool gcm_arguments_valid(Bytes iv, Bytes aad, Bytes in, Bytes tag, MutableBytes out) {
  return iv.size() == kIvOctets && out.size() == in.size() && fits_int(aad) && fits_int(in) &&
         tag.size() >= kMinTagOctets && tag.size() <= kMaxTagOctets;
}

}  // namespace

void OpensslEngine::FreeCipher::operator()(evp_cipher_st* cipher) const { EVP_CIPHER_free(cipher); }
void OpensslEngine::FreeContext::operator()(evp_cipher_ctx_st* context) const {
  EVP_CIPHER_CTX_free(context);
}

OpensslEngine::Cipher OpensslEngine::fetch(const char* name) {
  Cipher cipher(EVP_CIPHER_fetch(nullptr, name, nullptr));
  if (!cipher) throw std::runtime_error(std::string("OpenSSL offers no ") + name);
  return cipher;
}

OpensslEngine::Context OpensslEngine::bind(const Cipher& cipher, bool encrypt) {
  Context context(EVP_CIPHER_CTX_new());
  if (!context) throw std::runtime_error("OpenSSL: no memory for a cipher context");
  // Without this flag EVP refuses the key wrap ciphers.
  EVP_CIPHER_CTX_set_flags(context.get(), EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
  if (EVP_CipherInit_ex2(context.get(), cipher.get(), nullptr, nullptr, encrypt ? 1 : 0, nullptr) !=
      1) {
    throw std::runtime_error("OpenSSL: cipher context refused");
  }
  return context;
}

OpensslEngine::OpensslEngine(Random random)
    : random_(std::move(random)),
      gcm_(fetch("AES-128-GCM")),
      wrap_(fetch("AES-128-WRAP")),
      seal_context_(bind(gcm_, true)),
      open_context_(bind(gcm_, false)),
      wrap_context_(bind(wrap_, true)),
      unwrap_context_(bind(wrap_, false)) {}

bool OpensslEngine::gcm_seal(const Key128& key, Bytes iv, Bytes aad, Bytes in, MutableBytes out,
                             MutableBytes tag) {
  if (!gcm_arguments_valid(iv, aad, in, tag, out)) return false;
  EVP_CIPHER_CTX* context = seal_context_.get();
  int n = 0;
  if (EVP_EncryptInit_ex2(context, nullptr, key.data(), iv.data(), nullptr) != 1) return false;
  if (!aad.empty() && EVP_EncryptUpdate(context, nullptr, &n, aad.data(), length(aad)) != 1) {
    return false;
  }
  if (!in.empty() && EVP_EncryptUpdate(context, out.data(), &n, in.data(), length(in)) != 1) {
    return false;
  }
  std::uint8_t no_rest[EVP_MAX_BLOCK_LENGTH];  // a counter mode leaves nothing behind
  if (EVP_EncryptFinal_ex(context, no_rest, &n) != 1) return false;
  return EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, length(tag), tag.data()) == 1;
}

bool OpensslEngine::gcm_open(const Key128& key, Bytes iv, Bytes aad, Bytes in, Bytes tag,
                             MutableBytes out) {
  if (!gcm_arguments_valid(iv, aad, in, tag, out)) return false;
  EVP_CIPHER_CTX* context = open_context_.get();
  std::uint8_t expected[kMaxTagOctets];  // EVP wants to write through the pointer
  std::copy(tag.begin(), tag.end(), expected);
  std::uint8_t no_rest[EVP_MAX_BLOCK_LENGTH];
  int n = 0;
  const bool opened =
      EVP_DecryptInit_ex2(context, nullptr, key.data(), iv.data(), nullptr) == 1 &&
      (aad.empty() || EVP_DecryptUpdate(context, nullptr, &n, aad.data(), length(aad)) == 1) &&
      (in.empty() || EVP_DecryptUpdate(context, out.data(), &n, in.data(), length(in)) == 1) &&
      EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, length(tag), expected) == 1 &&
      EVP_DecryptFinal_ex(context, no_rest, &n) == 1;
  if (!opened && !out.empty()) OPENSSL_cleanse(out.data(), out.size());
  return opened;
}

bool OpensslEngine::wrap(const Key128& kek, Bytes in, MutableBytes out) {
  if (in.size() % kWrapBlockOctets != 0 || in.size() < kMinWrappedBlocks * kWrapBlockOctets ||
      out.size() != in.size() + kWrapBlockOctets || !fits_int(out)) {
    return false;
  }
  EVP_CIPHER_CTX* context = wrap_context_.get();
  int n = 0;
  return EVP_EncryptInit_ex2(context, nullptr, kek.data(), nullptr, nullptr) == 1 &&
         EVP_EncryptUpdate(context, out.data(), &n, in.data(), length(in)) == 1 &&
         static_cast<std::size_t>(n) == out.size();
}

bool OpensslEngine::unwrap(const Key128& kek, Bytes in, MutableBytes out) {
  if (in.size() % kWrapBlockOctets != 0 || in.size() < (kMinWrappedBlocks + 1) * kWrapBlockOctets ||
      out.size() + kWrapBlockOctets != in.size() || !fits_int(in)) {
    return false;
  }
  EVP_CIPHER_CTX* context = unwrap_context_.get();
  int n = 0;
  const bool opened = EVP_DecryptInit_ex2(context, nullptr, kek.data(), nullptr, nullptr) == 1 &&
                      EVP_DecryptUpdate(context, out.data(), &n, in.data(), length(in)) == 1 &&
                      static_cast<std::size_t>(n) == out.size();
  if (!opened) OPENSSL_cleanse(out.data(), out.size());
  return opened;
}

OpensslEngine::Random system_random() {
  return [](MutableBytes out) {
    if (!fits_int(out) || RAND_bytes(out.data(), length(out)) != 1) {
      throw std::runtime_error("OpenSSL: no random octets");
    }
  };
}

}  // namespace protocol::crypto
