/* SPDX-FileCopyrightText: amitwin contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The smallest firmware that is a guest in the fleet: C11 on meter_hal.h alone, nothing of the
 * built-in firmware. It counts measuring windows, keeps its identity in flash, and answers the
 * public client over HDLC: its logical device name, its system title (what the communication module
 * asks before it dials) and its count. The push client finds it alive, with nothing to push.
 * docs/porting.md walks through it.
 */
#include "tests/firmware/second_firmware/second_firmware.h"

#include <string.h>

enum {
  FLAG = 0x7E,
  FORMAT = 0xA0, /* type 3, not segmented */
  SERVER = 0x03, /* address 1 on one octet */
  PUBLIC_CLIENT = 16,
  PUSH_CLIENT = 102,
  MAX_FRAME = 140, /* 128 octets of information, the default of a UA without parameters */
  IDENTITY_MAGIC = 0x32444E32
};

struct identity { /* flash page 0 */
  uint32_t magic;
  char name[16];
  uint8_t title[8];
};

struct link {
  uint8_t open, vs, vr;
  uint8_t n; /* last answer, for when it gets lost */
  uint8_t answer[MAX_FRAME];
};

struct second {
  const struct meter_hal* hal;
  struct identity identity;
  uint32_t windows;
  struct link public_link, push_link;
};

/* ---- Frames ------------------------------------------------------------------------------- */

static uint16_t crc_x25(const uint8_t* octets, uint32_t n) {
  uint16_t crc = 0xFFFF;
  while (n-- > 0) {
    crc ^= *octets++;
    for (int bit = 0; bit < 8; ++bit) crc = (uint16_t)((crc & 1) ? (crc >> 1) ^ 0x8408 : crc >> 1);
  }
  return crc ^ 0xFFFF;
}

static uint8_t* put_crc(uint8_t* at, const uint8_t* from) {
  const uint16_t crc = crc_x25(from, (uint32_t)(at - from));
  *at++ = (uint8_t)crc;
  *at++ = (uint8_t)(crc >> 8);
  return at;
}

/* 7E | format, length | client | server | control | HCS | information | FCS | 7E */
static void send(struct second* me, uint8_t client, uint8_t control, const uint8_t* information,
                 uint8_t n) {
  uint8_t frame[MAX_FRAME + 12], *at = frame;
  *at++ = FLAG;
  *at++ = FORMAT;
  *at++ = (uint8_t)(7 + (n > 0 ? n + 2 : 0));
  *at++ = client;
  *at++ = SERVER;
  *at++ = control;
  if (n > 0) {
    at = put_crc(at, frame + 1);
    memcpy(at, information, n);
    at += n;
  }
  at = put_crc(at, frame + 1);
  *at++ = FLAG;
  me->hal->cpu->work(me->hal->context, METER_WORK_FRAME, (uint32_t)(at - frame));
  me->hal->uarts->send(me->hal->context, METER_UART_RS485, frame, (uint32_t)(at - frame));
}

/* ---- APDUs -------------------------------------------------------------------------------- */

/* Accepted, context LN without ciphering, GET only, 128 octets. */
static const uint8_t aare[] = {0x61, 0x29, 0xA1, 0x09, 0x06, 0x07, 0x60, 0x85, 0x74, 0x05, 0x08,
                               0x01, 0x01, 0xA2, 0x03, 0x02, 0x01, 0x00, 0xA3, 0x05, 0xA1, 0x03,
                               0x02, 0x01, 0x00, 0xBE, 0x10, 0x04, 0x0E, 0x08, 0x00, 0x06, 0x5F,
                               0x1F, 0x04, 0x00, 0x00, 0x00, 0x10, 0x00, 0x80, 0x00, 0x07};
static const uint8_t rlre[] = {0x63, 0x03, 0x80, 0x01, 0x00};
static const uint8_t not_allowed[] = {0xD8, 0x01, 0x01};

static const struct meter_object_info objects[] = {
    {1, 0, {0, 0, 42, 0, 0, 255}, 0, 255, 0, {{0, {0}, 0}}},  /* logical device name */
    {64, 0, {0, 0, 43, 0, 0, 255}, 0, 255, 0, {{0, {0}, 0}}}, /* security setup: our title */
    {1, 0, {0, 0, 128, 0, 0, 255}, 0, 255, 0, {{0, {0}, 0}}}, /* windows counted */
};

static uint8_t put_string(uint8_t* out, const void* octets, size_t n) {
  out[0] = 9; /* octet-string */
  out[1] = (uint8_t)n;
  memcpy(out + 2, octets, n);
  return (uint8_t)(n + 2);
}

/* The value of descriptor class(2) instance(6) attribute(1); 0 octets: there is no such thing. */
static uint8_t put_value(const struct second* me, const uint8_t* descriptor, uint8_t* out) {
  int which = -1;
  for (int k = 0; k < 3; ++k) {
    const int same_class = descriptor[0] == 0 && descriptor[1] == objects[k].class_id;
    if (same_class && memcmp(descriptor + 2, objects[k].obis, 6) == 0) which = k;
  }
  if (which < 0) return 0;
  if (descriptor[8] == 1) return put_string(out, objects[which].obis, 6);
  if (which == 0 && descriptor[8] == 2) {
    const void* end = memchr(me->identity.name, 0, sizeof me->identity.name);
    const size_t n = end ? (size_t)((const char*)end - me->identity.name) : 16;
    return put_string(out, me->identity.name, n);
  }
  if (which == 1 && descriptor[8] == 5) return put_string(out, me->identity.title, 8);
  if (which == 2 && descriptor[8] == 2) {
    out[0] = 6; /* double-long-unsigned */
    for (int k = 0; k < 4; ++k) out[1 + k] = (uint8_t)(me->windows >> (24 - 8 * k));
    return 5;
  }
  return 0;
}

static uint8_t answer_apdu(struct second* me, const uint8_t* apdu, uint32_t n, uint8_t* out) {
  const struct meter_hal* hal = me->hal;
  if (n > 0 && apdu[0] == 0x60) {
    hal->cpu->work(hal->context, METER_WORK_ASSOCIATE, sizeof aare);
    memcpy(out, aare, sizeof aare);
    return sizeof aare;
  }
  if (n > 0 && apdu[0] == 0x62) {
    memcpy(out, rlre, sizeof rlre);
    return sizeof rlre;
  }
  if (n == 13 && apdu[0] == 0xC0 && apdu[1] == 1 && apdu[12] == 0) { /* GET-request-normal */
    out[0] = 0xC4;
    out[1] = 1;
    out[2] = apdu[2];
    const uint8_t value = put_value(me, apdu + 3, out + 4);
    out[3] = value > 0 ? 0 : 1;
    if (value == 0) out[4] = 4; /* object-undefined */
    hal->cpu->work(hal->context, METER_WORK_GET, value);
    return (uint8_t)(4 + (value > 0 ? value : 1));
  }
  memcpy(out, not_allowed, sizeof not_allowed);
  return sizeof not_allowed;
}

/* ---- Links -------------------------------------------------------------------------------- */

static void on_information(struct second* me, struct link* link, uint8_t client, uint8_t control,
                           const uint8_t* information, uint32_t n) {
  if (((control >> 1) & 7) != link->vr || n < 3 || link != &me->public_link) {
    if (link->n > 0) { /* our answer was lost: again, under the same number */
      const uint8_t number = (uint8_t)((link->vs - 1) & 7);
      send(me, client, (uint8_t)(link->vr << 5 | 0x10 | number << 1), link->answer, link->n);
    }
    return;
  }
  static const uint8_t llc[3] = {0xE6, 0xE7, 0x00};
  link->vr = (link->vr + 1) & 7;
  memcpy(link->answer, llc, sizeof llc);
  link->n = (uint8_t)(3 + answer_apdu(me, information + 3, n - 3, link->answer + 3));
  send(me, client, (uint8_t)(link->vr << 5 | 0x10 | link->vs << 1), link->answer, link->n);
  link->vs = (link->vs + 1) & 7;
}

static void on_frame(struct second* me, const uint8_t* f, uint32_t n) { /* without its flags */
  const uint8_t client = f[3], control = f[4];
  struct link* link = client == (PUBLIC_CLIENT << 1 | 1) ? &me->public_link
                      : client == (PUSH_CLIENT << 1 | 1) ? &me->push_link
                                                         : NULL;
  if (link == NULL) {
    send(me, client, 0x1F, NULL, 0); /* DM */
    return;
  }
  if (control == 0x93) { /* SNRM */
    memset(link, 0, sizeof *link);
    link->open = 1;
    send(me, client, 0x73, NULL, 0); /* UA: 128 octets, window 1 */
  } else if (!link->open) {
    send(me, client, 0x1F, NULL, 0);
  } else if (control == 0x53) { /* DISC */
    link->open = 0;
    send(me, client, 0x73, NULL, 0);
  } else if ((control & 1) == 0 && n > 9) {
    on_information(me, link, client, control, f + 7, n - 9);
  } else if ((control & 0x0F) == 1) { /* RR: nothing for you */
    send(me, client, (uint8_t)(link->vr << 5 | 0x11), NULL, 0);
  }
}

/* ---- The table ---------------------------------------------------------------------------- */

static void init(void* instance, const struct meter_hal* hal) {
  ((struct second*)instance)->hal = hal; /* the rest is zero already */
}

static int provision(void* instance, const struct meter_provision* given) {
  struct second* me = instance;
  me->identity.magic = IDENTITY_MAGIC;
  memcpy(me->identity.name, given->logical_device_name, sizeof me->identity.name);
  memcpy(me->identity.title, given->system_title, sizeof me->identity.title);
  if (me->hal->flash->erase(me->hal->context, 0) != 0) return -1;
  return me->hal->flash->write(me->hal->context, 0, &me->identity, sizeof me->identity);
}

static int calibrate(void* instance, enum meter_calibration_step step,
                     const struct meter_sums* sums, const struct meter_reference* reference) {
  (void)instance, (void)step, (void)sums, (void)reference;
  return 0; /* counts windows only: nothing to adjust */
}

static void boot(void* instance, enum meter_boot_reason reason) {
  struct second* me = instance;
  const struct meter_hal* hal = me->hal;
  (void)reason;
  if (hal->flash->read(hal->context, 0, &me->identity, sizeof me->identity) != 0 ||
      me->identity.magic != IDENTITY_MAGIC) {
    memset(&me->identity, 0, sizeof me->identity);
  }
  memcpy(&me->windows, hal->retained, sizeof me->windows);
}

static void on_sums(void* instance, const struct meter_sums* sums, uint32_t n_repeats) {
  struct second* me = instance;
  (void)sums;
  me->windows += n_repeats;
  memcpy(me->hal->retained, &me->windows, sizeof me->windows);
}

static void on_samples(void* instance, const struct meter_window* window) {
  (void)window;
  on_sums(instance, NULL, 1);
}

static void on_uart(void* instance, enum meter_uart port, const uint8_t* bytes, uint32_t n) {
  struct second* me = instance;
  if (port != METER_UART_RS485) return;
  me->hal->cpu->work(me->hal->context, METER_WORK_FRAME, n);
  /* One frame a chunk, as a communication module sends them; anything else is noise. */
  if (n < 9 || n > MAX_FRAME + 12 || bytes[0] != FLAG || bytes[n - 1] != FLAG) return;
  const uint8_t* f = bytes + 1;
  const uint32_t length = n - 2;
  if (f[0] != FORMAT || f[1] != length || f[2] != SERVER) return;
  const uint16_t fcs = (uint16_t)(f[length - 2] | f[length - 1] << 8);
  if (crc_x25(f, length - 2) == fcs) on_frame(me, f, length);
}

static void ignore(void* instance) { (void)instance; }
static void on_power(void* instance, enum meter_power_state state) { (void)instance, (void)state; }
static void on_relay(void* instance, int closed) { (void)instance, (void)closed; }

static int describe(uint32_t index, struct meter_object_info* out) {
  if (index >= sizeof objects / sizeof objects[0]) return -1;
  *out = objects[index];
  return 0;
}

static const struct meter_firmware table = {.version = METER_HAL_VERSION,
                                            .size = sizeof(struct meter_firmware),
                                            .name = "SECOND",
                                            .revision = "0.1.0",
                                            .capabilities = METER_TAKES_SAMPLES | METER_TAKES_SUMS,
                                            .n_elements = 1,
                                            .instance_bytes = sizeof(struct second),
                                            .retained_bytes = sizeof(uint32_t),
                                            .init = init,
                                            .provision = provision,
                                            .calibrate = calibrate,
                                            .boot = boot,
                                            .on_alarm = ignore,
                                            .on_rtc = ignore,
                                            .on_uart = on_uart,
                                            .on_samples = on_samples,
                                            .on_sums = on_sums,
                                            .on_power = on_power,
                                            .on_relay = on_relay,
                                            .describe = describe};

const struct meter_firmware* second_firmware(void) { return &table; }

/* What the platform looks up in a shared object (METER_FIRMWARE_ENTRY). */
#ifdef SECOND_FIRMWARE_SHARED
__attribute__((visibility("default"))) const struct meter_firmware* meter_firmware_entry(void);
const struct meter_firmware* meter_firmware_entry(void) { return &table; }
#endif
