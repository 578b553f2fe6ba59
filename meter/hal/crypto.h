/* SPDX-FileCopyrightText: amitwin contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Crypto block and random numbers. in == out allowed. 0 ok, -1 wrong tag or engine fault.
 */
#ifndef AMITWIN_METER_HAL_CRYPTO_H
#define AMITWIN_METER_HAL_CRYPTO_H

#include <stdint.h>

struct meter_crypto {
  uint32_t size;
  /* AES-128-GCM, 12-octet IV and tag. */
  int (*gcm_seal)(void *context, const uint8_t key[16], const uint8_t iv[12], const uint8_t *aad,
                  uint32_t aad_n, const uint8_t *in, uint32_t n, uint8_t *out, uint8_t tag[12]);
  int (*gcm_open)(void *context, const uint8_t key[16], const uint8_t iv[12], const uint8_t *aad,
                  uint32_t aad_n, const uint8_t *in, uint32_t n, const uint8_t tag[12],
                  uint8_t *out);
  /* RFC 3394 unwrap of n octets, at least 24 and a multiple of 8, to n - 8. */
  int (*key_unwrap)(void *context, const uint8_t kek[16], const uint8_t *in, uint32_t n,
                    uint8_t *out);
  void (*random)(void *context, uint8_t *out, uint32_t n);
};

#endif
