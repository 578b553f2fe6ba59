// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/rigs/head_end/test_authority.hpp"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>

namespace hes_test {
namespace {

constexpr long kDay = 86'400;

X509* certificate_of(EVP_PKEY* key, const std::string& name, X509* issuer, EVP_PKEY* issuer_key) {
  static long serial = 0;
  X509* made = X509_new();
  X509_set_version(made, 2);  // 2: version 3
  ASN1_INTEGER_set(X509_get_serialNumber(made), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(made), -kDay);
  X509_gmtime_adj(X509_getm_notAfter(made), kDay);
  X509_set_pubkey(made, key);
  X509_NAME* subject = X509_get_subject_name(made);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_issuer_name(made, X509_get_subject_name(issuer == nullptr ? made : issuer));
  if (issuer == nullptr) {
    X509_EXTENSION* is_authority =
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_basic_constraints, "critical,CA:TRUE");
    X509_add_ext(made, is_authority, -1);
    X509_EXTENSION_free(is_authority);
  }
  X509_sign(made, issuer_key == nullptr ? key : issuer_key, EVP_sha256());
  return made;
}

TestAuthority::Files write(const std::string& base, X509* certificate, EVP_PKEY* key) {
  const TestAuthority::Files files{base + ".crt", base + ".key"};
  std::FILE* file = std::fopen(files.certificate.c_str(), "w");
  PEM_write_X509(file, certificate);
  std::fclose(file);
  file = std::fopen(files.key.c_str(), "w");
  PEM_write_PKCS8PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
  std::fclose(file);
  return files;
}

}  // namespace

struct TestAuthority::Made {
  EVP_PKEY* key;
  X509* certificate;
};

TestAuthority::TestAuthority(const std::string& name)
    : folder_(testing::TempDir() + "hes_ca_" + name + "_" + std::to_string(getpid())) {
  std::filesystem::create_directories(folder_);
  EVP_PKEY* key = EVP_EC_gen("P-256");
  made_ = new Made{key, certificate_of(key, name, nullptr, nullptr)};
  own_ = write(folder_ + "/authority", made_->certificate, key);
}

TestAuthority::~TestAuthority() {
  X509_free(made_->certificate);
  EVP_PKEY_free(made_->key);
  delete made_;
  std::filesystem::remove_all(folder_);
}

TestAuthority::Files TestAuthority::issue(const std::string& common_name) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = certificate_of(key, common_name, made_->certificate, made_->key);
  const Files files = write(folder_ + "/" + common_name, certificate, key);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return files;
}

std::string TestAuthority::signing_key() {
  EVP_PKEY* key = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
  const std::string path = folder_ + "/sign.key";
  std::FILE* file = std::fopen(path.c_str(), "w");
  PEM_write_PKCS8PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
  std::fclose(file);
  EVP_PKEY_free(key);
  return path;
}

}  // namespace hes_test
