// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/program/signing_key.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <memory>

#include "hes-stub/inventory/json_reader.hpp"

namespace hes {

bool read_signing_key(const std::string& path, SigningKey& key, std::vector<std::string>& faults) {
  std::string text;
  if (!read_text_file(path, text, faults)) return false;
  struct Free {
    void operator()(BIO* bio) const { BIO_free(bio); }
    void operator()(EVP_PKEY* pkey) const { EVP_PKEY_free(pkey); }
  };
  const std::unique_ptr<BIO, Free> bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  char no_password[] = "";  // asks nobody
  const std::unique_ptr<EVP_PKEY, Free> pkey(
      PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, no_password));
  std::size_t size = key.size();
  const bool good = pkey && EVP_PKEY_id(pkey.get()) == EVP_PKEY_ED25519 &&
                    EVP_PKEY_get_raw_private_key(pkey.get(), key.data(), &size) == 1 &&
                    size == key.size();
  OPENSSL_cleanse(text.data(), text.size());
  if (!good) faults.push_back(path + ": allowed: an Ed25519 private key, PEM (PKCS#8)");
  return good;
}

}  // namespace hes
