// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/hosted/p32/text.hpp"

#include <openssl/evp.h>

#include <algorithm>

#include "protocol/calendar.hpp"
#include "protocol/cosem/obis.hpp"

namespace protocol::p32 {
namespace {

constexpr std::int64_t kLast_s = 253'402'300'799;  // 9999-12-31T23:59:59Z
constexpr int kFirstYear = 1970;
constexpr int kMaxDeviation_min = 14 * 60;  // no zone on earth is further from UTC

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// `text` follows `shape`, where '0' stands for any digit.
bool has_shape(std::string_view text, std::string_view shape) {
  if (text.size() != shape.size()) return false;
  for (std::size_t k = 0; k < text.size(); ++k) {
    if (shape[k] == '0' ? !is_digit(text[k]) : text[k] != shape[k]) return false;
  }
  return true;
}

int number_at(std::string_view text, std::size_t at, std::size_t digits) {
  int value = 0;
  for (const char c : text.substr(at, digits)) value = value * 10 + (c - '0');
  return value;
}

void put_digits(std::int64_t value, int digits, std::string& out) {
  char text[20];
  for (int k = digits; k-- > 0; value /= 10) text[k] = static_cast<char>('0' + value % 10);
  out.append(text, static_cast<std::size_t>(digits));
}

// "2026-01-05T00:15:00"
constexpr std::string_view kSecondShape = "0000-00-00T00:00:00";

void put_civil(std::int64_t s, std::string& out) {
  const std::int64_t day = floor_div(s, kDayS);
  const std::int64_t of_day = s - day * kDayS;
  const CivilDate date = civil_from_days(day);
  put_digits(date.year, 4, out);
  out += '-';
  put_digits(date.month, 2, out);
  out += '-';
  put_digits(date.day, 2, out);
  out += 'T';
  put_time_of_day(static_cast<std::uint32_t>(of_day), out);
}

bool take_civil(std::string_view text, std::int64_t& s) {
  if (!has_shape(text, kSecondShape)) return false;
  const int year = number_at(text, 0, 4);
  const int month = number_at(text, 5, 2);
  const int day = number_at(text, 8, 2);
  if (year < kFirstYear || month < 1 || month > 12 || day < 1) return false;
  const std::int64_t days =
      days_from_civil(year, static_cast<unsigned>(month), static_cast<unsigned>(day));
  // A day that the month does not have comes back as one of the next month.
  if (civil_from_days(days).day != static_cast<unsigned>(day)) return false;
  std::uint32_t of_day = 0;
  if (!take_time_of_day(text.substr(11), of_day)) return false;
  s = days * kDayS + of_day;
  return true;
}

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

}  // namespace

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string_view next_word(std::string_view& text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  std::size_t n = 0;
  while (n < text.size() && !is_blank(text[n])) ++n;
  const std::string_view word = text.substr(0, n);
  text.remove_prefix(n);
  return word;
}

void put_utc(UtcMs at, std::string& out) {
  at = std::clamp<UtcMs>(at, 0, kLast_s * 1000 + 999);
  put_civil(at / 1000, out);
  out += '.';
  put_digits(at % 1000, 3, out);
  out += 'Z';
}

bool take_utc(std::string_view text, UtcMs& at) {
  std::int64_t s = 0;
  if (text.size() != 24 || !take_civil(text.substr(0, 19), s)) return false;
  if (!has_shape(text.substr(19), ".000Z")) return false;
  at = s * 1000 + number_at(text, 20, 3);
  return true;
}

void put_local(const MeterTime& at, std::string& out) {
  put_civil(std::clamp<std::int64_t>(at.utc_s - std::int64_t{at.deviation_min} * 60, 0, kLast_s),
            out);
  if (at.hundredths == 0) return;
  out += '.';
  put_digits(std::min<int>(at.hundredths, 99), 2, out);
}

bool take_local(std::string_view text, MeterTime& at) {
  std::int64_t s = 0;
  if (text.size() < kSecondShape.size() || !take_civil(text.substr(0, 19), s)) return false;
  at.hundredths = 0;
  if (text.size() > 19) {
    if (!has_shape(text.substr(19), ".00")) return false;
    at.hundredths = static_cast<std::uint8_t>(number_at(text, 20, 2));
  }
  if (at.deviation_min < -kMaxDeviation_min || at.deviation_min > kMaxDeviation_min) return false;
  at.utc_s = s + std::int64_t{at.deviation_min} * 60;
  return true;
}

void put_time_of_day(std::uint32_t s, std::string& out) {
  put_digits(s / 3600, 2, out);
  out += ':';
  put_digits(s / 60 % 60, 2, out);
  out += ':';
  put_digits(s % 60, 2, out);
}

bool take_time_of_day(std::string_view text, std::uint32_t& s) {
  if (!has_shape(text, "00:00:00")) return false;
  const int hour = number_at(text, 0, 2);
  const int minute = number_at(text, 3, 2);
  const int second = number_at(text, 6, 2);
  s = static_cast<std::uint32_t>(hour * 3600 + minute * 60 + second);
  return hour < 24 && minute < 60 && second < 60;
}

void put_hex(Bytes octets, std::string& out) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  for (const std::uint8_t octet : octets) {
    out += kDigits[octet >> 4];
    out += kDigits[octet & 15];
  }
}

bool take_hex(std::string_view text, Octets& octets) {
  text = trimmed(text);
  if (text.size() % 2 != 0) return false;
  octets.clear();
  octets.reserve(text.size() / 2);
  for (std::size_t k = 0; k < text.size(); k += 2) {
    const int high = hex_value(text[k]);
    const int low = hex_value(text[k + 1]);
    if (high < 0 || low < 0) return false;
    octets.push_back(static_cast<std::uint8_t>(high * 16 + low));
  }
  return true;
}

void put_base64(Bytes octets, std::string& out) {
  const std::size_t at = out.size();
  out.resize(at + (octets.size() + 2) / 3 * 4 + 1);  // it ends with a zero
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(&out[at]), octets.data(),
                  static_cast<int>(octets.size()));
  out.pop_back();
}

bool take_base64(std::string_view text, Octets& octets) {
  std::string groups;
  std::remove_copy_if(text.begin(), text.end(), std::back_inserter(groups), is_blank);
  octets.resize(groups.size() / 4 * 3);
  const int size =
      EVP_DecodeBlock(octets.data(), reinterpret_cast<const unsigned char*>(groups.data()),
                      static_cast<int>(groups.size()));
  if (size < 0) return false;
  const std::size_t last = groups.find_last_not_of('=') + 1;
  octets.resize(static_cast<std::size_t>(size) -
                std::min<std::size_t>({2, groups.size() - last, static_cast<std::size_t>(size)}));
  // One text, one value: bits behind the end are zero, padding stands at the end.
  std::string again;
  put_base64(octets, again);
  return again == groups;
}

bool take(std::string_view text, bool& value) {
  text = trimmed(text);
  value = text == "true" || text == "1";
  return value || text == "false" || text == "0";
}

void put(const cosem::Obis& value, std::string& out) { out += cosem::ObisText(value).view(); }
bool take(std::string_view text, cosem::Obis& value) {
  const auto obis = cosem::parse_obis(text);
  if (obis) value = *obis;
  return obis.has_value();
}

void put(const DatePattern& value, std::string& out) { out += tariff::text_of(value); }

bool take(std::string_view text, DatePattern& value) {
  const auto date = tariff::parse_date(text);
  if (date) value = *date;
  return date.has_value();
}

bool take(std::string_view text, Priority& value) {
  std::uint8_t number = 0;
  if (!take(text, number) || number < 1 || number > 3) return false;
  value = static_cast<Priority>(number);
  return true;
}

std::string utc_text(UtcMs at) {
  std::string text;
  put_utc(at, text);
  return text;
}

const char* reason_of(const Failure& failure) {
  using C = ErrorCategory;
  struct Reason {
    C category;
    std::uint16_t code;
    const char* text;
  };
  namespace e = error_code;
  constexpr Reason kReasons[] = {
      {C::message, e::kNotXml, "no XML"},
      {C::message, e::kBreaksSchema, "breaks p32ex.xsd"},
      {C::message, e::kBadValue, "a value that passes the schema and yet is none"},
      {C::message, e::kTooLarge, "too large"},
      {C::message, e::kBadEncoding, "damaged gzip, or text that is no UTF-8"},
      {C::message, e::kNotForUs, "addressed to somebody else"},
      {C::message, e::kUnexpected, "a kind of message that is not taken here"},
      {C::message, e::kUnknownTarget, "no such meter, request, order or campaign"},
      {C::access, e::kBadSignature, "the signature does not fit the order"},
      {C::access, e::kUnknownKey, "Signature/@key is not the commissioned key"},
      {C::access, e::kWrongConcentrator, "not the concentrator of this order or connection"},
      {C::access, e::kReplayed, "Order/@seq was used by another order, or is 64 behind the newest"},
      {C::access, e::kExpired, "until is over, or from is older than orderAgeMax"},
      {C::access, e::kNotSigned, "not signed"},
      {C::communication, e::kUnknownMeter, "no meter of this concentrator"},
      {C::communication, e::kNotRegistered, "the meter is not registered"},
      {C::communication, e::kNoAnswer, "the meter did not answer"},
      {C::communication, e::kAssociationRefused, "the meter refused the association"},
      {C::communication, e::kConnectionLost, "the meter's connection was lost"},
      {C::communication, e::kCancelled, "cancelled by an order"},
      {C::communication, e::kNotFetched, "the image cannot be fetched"},
      {C::data, e::kUndecodable, "the meter's answer cannot be read"},
      {C::data, e::kBadTime, "the meter's time does not exist"},
      {C::data, e::kBadTag, "a key or an answer that does not open"},
      {C::data, e::kNotThere, "no such object, or nothing stored"},
      {C::data, e::kReadBack, "the meter shows another value than was set"},
      {C::data, e::kOtherImage, "what was fetched is not the image that was ordered"},
      {C::resource, e::kQueueFull, "too many at once: later, unchanged"},
      {C::resource, e::kStoreFailed, "the store failed"},
      {C::resource, e::kBusy, "busy: later, unchanged"},
      {C::resource, e::kNotSupported, "this end or this meter cannot do that"},
  };
  for (const Reason& reason : kReasons) {
    if (reason.category == failure.category && reason.code == failure.code) return reason.text;
  }
  return "refused by the meter, Blue Book code in errCode";
}

}  // namespace protocol::p32
