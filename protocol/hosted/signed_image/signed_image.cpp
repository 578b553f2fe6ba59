// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/hosted/signed_image/signed_image.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

namespace protocol::image {
namespace {

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Key = std::unique_ptr<EVP_PKEY, Free>;
using Context = std::unique_ptr<EVP_MD_CTX, Free>;

[[noreturn]] void fail(const char* what) {
  throw std::runtime_error(std::string("OpenSSL: ") + what);
}

Key private_key(const PrivateKey& key) {
  Key made(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, key.data(), key.size()));
  if (!made) fail("no Ed25519");
  return made;
}

std::array<std::uint8_t, kSignedOctets> signed_part(const Head& head) {
  std::array<std::uint8_t, kSignedOctets> octets;
  Writer out(octets);
  put_signed_part(head, out);
  return octets;
}

template <std::size_t n>
void copy_name(const std::string& text, std::array<char, n>& name) {
  std::copy_n(text.begin(), std::min(text.size(), n), name.begin());
}

}  // namespace

Digest sha256(Bytes octets) {
  Digest digest;
  unsigned size = 0;
  if (EVP_Digest(octets.data(), octets.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) {
    fail("no SHA-256");
  }
  return digest;
}

PublicKey public_key_of(const PrivateKey& key) {
  PublicKey octets;
  std::size_t size = octets.size();
  if (EVP_PKEY_get_raw_public_key(private_key(key).get(), octets.data(), &size) != 1) {
    fail("no Ed25519");
  }
  return octets;
}

std::vector<std::uint8_t> make_container(const std::string& variant, const std::string& version,
                                         Bytes code, const PrivateKey& key) {
  Head head;
  copy_name(variant, head.variant);
  copy_name(version, head.version);
  head.code_octets = static_cast<std::uint32_t>(code.size());
  head.code_sha256 = sha256(code);
  const auto to_sign = signed_part(head);
  std::size_t size = head.signature.size();
  const Key signer = private_key(key);
  const Context context(EVP_MD_CTX_new());
  if (!context || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, signer.get()) != 1 ||
      EVP_DigestSign(context.get(), head.signature.data(), &size, to_sign.data(), to_sign.size()) !=
          1) {
    fail("Ed25519 does not sign");
  }
  std::vector<std::uint8_t> container(kHeadOctets + code.size());
  Writer out(container);
  encode(head, out);
  out.bytes(code);
  return container;
}

std::optional<Head> judge(Bytes container, const PublicKey& key) {
  const auto head = decode(container);
  if (!head.ok() || container.size() - kHeadOctets != head->code_octets ||
      sha256(container.subspan(kHeadOctets)) != head->code_sha256) {
    return std::nullopt;
  }
  const auto signed_octets = signed_part(*head);
  const Key maker(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.data(), key.size()));
  const Context context(EVP_MD_CTX_new());
  if (!maker || !context ||
      EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, maker.get()) != 1) {
    fail("Ed25519 does not verify");
  }
  if (EVP_DigestVerify(context.get(), head->signature.data(), head->signature.size(),
                       signed_octets.data(), signed_octets.size()) != 1) {
    return std::nullopt;
  }
  return *head;
}

std::vector<std::uint8_t> stand_in(Bytes object, std::size_t octets) {
  const Digest digest = sha256(object);
  std::vector<std::uint8_t> code(digest.begin(), digest.end());
  std::array<std::uint8_t, kDigestOctets + 4> seed;
  std::copy(digest.begin(), digest.end(), seed.begin());
  for (std::uint32_t block = 0; code.size() < octets; ++block) {
    for (int k = 0; k < 4; ++k) {
      seed[kDigestOctets + k] = static_cast<std::uint8_t>(block >> (24 - 8 * k));
    }
    const Digest more = sha256(seed);
    code.insert(code.end(), more.begin(), more.end());
  }
  code.resize(std::max<std::size_t>(octets, kDigestOctets));
  return code;
}

}  // namespace protocol::image
