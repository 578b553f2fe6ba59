// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/program/arguments.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <charconv>
#include <cstdlib>
#include <memory>
#include <optional>

#include "hes-stub/orders/image_order.hpp"
#include "hes-stub/orders/key_order.hpp"
#include "os/files.hpp"
#include "os/text_file.hpp"
#include "protocol/hosted/civil_text/civil_text.hpp"
#include "protocol/hosted/parameter/parameter.hpp"
#include "protocol/hosted/power_limit/limit.hpp"
#include "protocol/hosted/tariff_plan/plan.hpp"
#include "protocol/hosted/tariff_plan/plan_faults.hpp"
#include "protocol/image/container.hpp"

namespace hes {
namespace {

constexpr OrderKind kKinds[] = {
    OrderKind::relay_open, OrderKind::relay_close, OrderKind::clock_shift,
    OrderKind::clock_set,  OrderKind::calendar,    OrderKind::limit,
    OrderKind::parameter,  OrderKind::image,       OrderKind::key};

bool parse_seconds(std::string_view text, std::int64_t& value) {
  const char* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, value);
  return !text.empty() && error == std::errc{} && at == end;
}

// What is wrong with it; a calendar stands in a file, others in the argument.
std::string take_plan(Order& order, std::string_view text) {
  if (order.kind == OrderKind::limit) {
    order.plan = text;
    return protocol::limits::parse_limit(text).fault;
  }
  if (order.kind == OrderKind::parameter) {
    order.plan = text;
    return protocol::parameters::parse_settings(text).fault;
  }
  auto [plan, error] = os::read_text_file(std::string(text), os::kMaxTextOctets);
  if (!error.empty()) return error;
  const auto parsed = protocol::tariff::parse_plan(plan);
  order.plan = std::move(plan);
  return parsed.plan ? std::string() : std::string(text) + ": " + parsed.fault;
}

// "FILE" or "FILE,at=2026-03-01T02:00:00Z"; what is wrong with it.
std::string take_image(Order& order, std::string_view text) {
  constexpr std::string_view kAt = ",at=";
  const std::size_t comma = text.rfind(kAt);
  if (comma != std::string_view::npos) {
    const auto at = protocol::parse_rfc3339(text.substr(comma + kAt.size()));
    if (!at || *at <= 0 || *at > kLastActivationUtcS) {
      return "at: allowed: when it is activated, RFC 3339, up to " +
             protocol::format_utc(kLastActivationUtcS);
    }
    order.value_s = *at;
    text = text.substr(0, comma);
  }
  auto [octets, error] = os::read_file(std::string(text), os::kMaxTextOctets);
  if (!error.empty()) return error;
  order.image = std::make_shared<const std::vector<std::uint8_t>>(octets.begin(), octets.end());
  if (protocol::image::decode(*order.image).ok()) return {};
  return std::string(text) + ": no container of an image, allowed: one of amitwin image";
}

// When what is ordered comes; none: at once.
std::optional<std::int64_t> comes_at_utc_s(const Order& order) {
  if (order.kind == OrderKind::calendar) {
    const auto parsed = protocol::tariff::parse_plan(order.plan);
    if (parsed.plan && parsed.plan->activate_at_ms) return *parsed.plan->activate_at_ms / 1000;
  } else if (order.kind == OrderKind::limit) {
    const auto parsed = protocol::limits::parse_limit(order.plan);
    if (parsed.limit && parsed.limit->emergency) return parsed.limit->emergency->from / 1000;
  } else if (order.kind == OrderKind::image && order.value_s != 0) {
    return order.value_s;
  }
  return {};
}

}  // namespace

std::vector<std::string> doubts_of(const std::vector<Order>& orders, const Inventory& inventory,
                                   std::int64_t now_utc_s) {
  std::vector<std::string> doubts;
  for (const Order& order : orders) {
    const auto doubt = [&](const std::string& text) {
      doubts.push_back(std::string("--order = ") + order_kind_name(order.kind) + ":" +
                       inventory[order.meter].serial + ": " + text);
    };
    if (order.kind == OrderKind::calendar) {
      const auto parsed = protocol::tariff::parse_plan(order.plan);
      const std::string refusal = parsed.plan ? protocol::tariff::refusal_of(*parsed.plan) : "";
      if (!refusal.empty()) doubt("meters will refuse it: " + refusal);
    }
    const auto at_utc_s = comes_at_utc_s(order);
    if (at_utc_s && *at_utc_s <= now_utc_s) {
      doubt(protocol::format_utc(*at_utc_s) + " is not behind the order");
    }
  }
  return doubts;
}

void parse_order(std::string_view text, const Inventory& inventory, std::vector<Order>& orders,
                 std::vector<std::string>& faults) {
  const std::string_view whole = text;
  const auto take = [&text] {
    const std::size_t colon = text.find(':');
    const std::string_view part = text.substr(0, colon);
    text = colon == std::string_view::npos ? std::string_view{} : text.substr(colon + 1);
    return part;
  };
  const auto refuse = [&](const char* allowed) {
    faults.push_back("--order = " + std::string(whole) + ": allowed: " + allowed);
  };
  const std::string_view name = take();
  const std::string_view serial = take();
  Order order;
  bool known = false;
  for (const OrderKind kind : kKinds) {
    if (name != order_kind_name(kind)) continue;
    order.kind = kind;
    known = true;
  }
  if (!known) {
    return refuse(
        "relay_open, relay_close, clock_shift, clock_set, calendar, limit, parameter, image, "
        "key");
  }
  order.meter = inventory.by_serial(serial);
  if (order.meter == kNoMeter) return refuse("the serial of a meter in the inventory");
  if (order.kind == OrderKind::image) {
    const std::string error = take_image(order, text);
    if (error.empty()) orders.push_back(order);
    if (!error.empty()) faults.push_back("--order = " + std::string(whole) + ": " + error);
    return;
  }
  if (has_plan(order.kind)) {  // the rest is a path or the plan itself, and may hold colons
    std::string error = take_plan(order, text);
    if (!error.empty()) {
      faults.push_back("--order = " + std::string(whole) + ": " + error);
      return;
    }
    orders.push_back(order);
    return;
  }
  const bool has_value = order.kind == OrderKind::clock_shift || order.kind == OrderKind::clock_set;
  if (!has_value && !text.empty()) return refuse("nothing behind the serial");
  if (order.kind == OrderKind::key) {
    const char* const missing = missing_key(inventory, order.meter);
    if (missing != nullptr) {
      return refuse(fmt::format("of an inventory with the {}", missing).c_str());
    }
  }
  const bool wants_seconds = order.kind == OrderKind::clock_shift || !text.empty();
  if (wants_seconds && !parse_seconds(text, order.value_s)) return refuse("whole seconds");
  const bool shifts = order.kind == OrderKind::clock_shift;
  if (shifts && (order.value_s == 0 || std::llabs(order.value_s) > kMaxShiftS)) {
    return refuse("-900 to 900 s and not 0, a clock takes no longer shift (clock_set sets it)");
  }
  orders.push_back(order);
}

bool read_signing_key(const std::string& path, SigningKey& key, std::vector<std::string>& faults) {
  auto [text, error] = os::read_text_file(path, os::kMaxTextOctets);
  if (!error.empty()) {
    faults.push_back(error);
    return false;
  }
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
