// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>

#include "protocol/crypto/engine.hpp"

struct evp_cipher_st;
struct evp_cipher_ctx_st;

namespace protocol::crypto {

// The one implementation of Engine: OpenSSL's EVP. Ciphers are fetched and contexts made once, in
// the constructor; a call only sets key and IV, so one engine can serve thousands of meters, each
// with its own keys. Not for two threads at once: give each its own.
class OpensslEngine final : public Engine {
 public:
  using Random = std::function<void(MutableBytes)>;

  // `random` fills what random() asks for: a keyed stream in a simulation, the operating system's
  // generator behind real sockets. Throws std::runtime_error when OpenSSL offers no AES.
  explicit OpensslEngine(Random random);

  bool gcm_seal(const Key128& key, Bytes iv, Bytes aad, Bytes in, MutableBytes out,
                MutableBytes tag) override;
  bool gcm_open(const Key128& key, Bytes iv, Bytes aad, Bytes in, Bytes tag,
                MutableBytes out) override;
  bool wrap(const Key128& kek, Bytes in, MutableBytes out) override;
  bool unwrap(const Key128& kek, Bytes in, MutableBytes out) override;
  void random(MutableBytes out) override { random_(out); }

 private:
  struct FreeCipher {
    void operator()(evp_cipher_st* cipher) const;
  };
  struct FreeContext {
    void operator()(evp_cipher_ctx_st* context) const;
  };
  using Cipher = std::unique_ptr<evp_cipher_st, FreeCipher>;
  using Context = std::unique_ptr<evp_cipher_ctx_st, FreeContext>;

  static Cipher fetch(const char* name);
  // A context bound to `cipher` in one direction; later calls change key and IV only.
  static Context bind(const Cipher& cipher, bool encrypt);

  Random random_;
  Cipher gcm_;
  Cipher wrap_;
  Context seal_context_;
  Context open_context_;
  Context wrap_context_;
  Context unwrap_context_;
};

// The operating system's generator, for programs on real sockets.
OpensslEngine::Random system_random();

}  // namespace protocol::crypto
