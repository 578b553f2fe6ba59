// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/reader/read.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "protocol/axdr/cursor.hpp"
#include "protocol/cosem/classes/association_ln.hpp"
#include "protocol/cosem/classes/data.hpp"
#include "protocol/cosem/classes/profile_generic.hpp"
#include "protocol/cosem/classes/register.hpp"
#include "protocol/cosem/obis.hpp"
#include "protocol/dlms/client.hpp"
#include "sim/reader/reason_text.hpp"
#include "sim/reader/secrets.hpp"
#include "sim/reader/value_text.hpp"

namespace sim::reader {
namespace {

using namespace protocol;
using dlms::Authentication;
using dlms::ClientEvent;

constexpr std::size_t kLongestValueOctets = 1 << 20;
// A release need not be answered: who waits for it has what was asked for already.
constexpr std::int64_t kReleaseMs = 2000;
// Messages passed over in front of one answer.
constexpr int kMostPassedOver = 1000;

// One association over a link, request by request.
class Reader {
 public:
  Reader(ApduLink& link, crypto::Engine& engine, const dlms::ClientConfig& config,
         std::int64_t timeout_ms)
      : link_(link), timeout_ms_(timeout_ms), session_(config, engine, work_) {
    link_.open(config.client_sap);
    run(session_.associate(), ClientEvent::Kind::associated, "association");
  }
  std::vector<std::uint8_t> get(const cosem::Attribute& attribute,
                                const cosem::Selection& selection = {}) {
    return plain_array(run(session_.get(attribute, selection), ClientEvent::Kind::data, "get"));
  }
  // Green Book 9.4.5: over TCP and HDLC closing the layer below does as well, and some meters know
  // no other way.
  void release() {
    timeout_ms_ = std::min(timeout_ms_, kReleaseMs);
    try {
      run(session_.release(), ClientEvent::Kind::released, "release");
      link_.close();
    } catch (const std::runtime_error&) {
      link_.close();
      link_.abandon();
    }
  }

 private:
  std::vector<std::uint8_t> run(Result<Bytes> request, ClientEvent::Kind wanted, const char* what) {
    if (!request.ok()) {
      throw Refused(fmt::format("{}: {}", what, error_name(request.error())));
    }
    std::vector<std::uint8_t> apdu(request.value().begin(), request.value().end());
    for (;;) {
      link_.send(apdu, timeout_ms_);
      std::vector<std::uint8_t> answer;
      const ClientEvent event = await(answer, what);
      if (event.kind == wanted) return {event.data.begin(), event.data.end()};
      switch (event.kind) {
        case ClientEvent::Kind::send:
          apdu.assign(event.send.begin(), event.send.end());
          continue;
        case ClientEvent::Kind::refused:
          throw Refused(fmt::format("{}: {}", what, access_result_text(event.access_result)));
        case ClientEvent::Kind::rejected:
        case ClientEvent::Kind::exception:
          throw Refused(fmt::format("{}: {}", what, reason_text(event.reason)));
        case ClientEvent::Kind::nothing:
        case ClientEvent::Kind::notification:
        case ClientEvent::Kind::associated:
        case ClientEvent::Kind::released:
        case ClientEvent::Kind::data:
        case ClientEvent::Kind::done:
          throw Refused(fmt::format("{}: unexpected answer {}", what, hex_text(answer)));
      }
    }
  }

  // Passes over what comes unasked, and what belongs to another request.
  ClientEvent await(std::vector<std::uint8_t>& answer, const char* what) {
    std::string passed_over;
    for (int n = 0; n < kMostPassedOver; ++n) {
      try {
        answer = link_.receive();
      } catch (const Closed&) {
        throw;
      } catch (const Silence& silence) {
        if (passed_over.empty()) throw;
        throw Refused(
            fmt::format("{}: {}; unexpected answer {}", what, silence.what(), passed_over));
      }
      ClientEvent event = session_.on_apdu(answer);
      if (event.kind == ClientEvent::Kind::notification) continue;
      if (event.kind != ClientEvent::Kind::nothing) return event;
      if (event.reason.kind != dlms::ClientReason::Kind::none) {
        throw Refused(fmt::format("{}: {}", what, reason_text(event.reason)));
      }
      passed_over = hex_text(answer);
    }
    throw Refused(fmt::format("{}: {} messages and no answer among them", what, kMostPassedOver));
  }

  ApduLink& link_;
  std::int64_t timeout_ms_;
  std::vector<std::uint8_t> work_ = std::vector<std::uint8_t>(kLongestValueOctets);
  dlms::ClientSession session_;
};

constexpr cosem::Attribute kLogicalDeviceName{
    cosem::classes::Data::kId, cosem::obis(0, 0, 42, 0, 0), cosem::classes::Data::kValue};
constexpr cosem::Attribute kInvocationCounter{
    cosem::classes::Data::kId, cosem::obis(0, 0, 43, 1, 0), cosem::classes::Data::kValue};
constexpr cosem::Attribute kObjectList{cosem::classes::AssociationLn::kId,
                                       cosem::obis(0, 0, 40, 0, 0),
                                       cosem::classes::AssociationLn::kObjectList};

// What only the meter itself can say before a ciphered association: who it is, and the last counter
// it accepted.
struct Public {
  std::string logical_device_name;
  std::uint32_t invocation_counter = 0;
};
Public ask_public(ApduLink& link, crypto::Engine& engine, std::int64_t timeout_ms) {
  Reader reader(link, engine, {}, timeout_ms);
  Public answer;
  const auto name = reader.get(kLogicalDeviceName);
  axdr::Cursor name_cursor(name);
  const axdr::Value text = name_cursor.next();
  answer.logical_device_name.assign(text.content.begin(), text.content.end());
  const auto counter = reader.get(kInvocationCounter);
  axdr::Cursor counter_cursor(counter);
  const std::uint64_t last = counter_cursor.unsigned_number();
  if (!name_cursor.ok()) throw Refused("0.0.42.0.0: unreadable logical device name");
  if (!counter_cursor.ok() || last >= UINT32_MAX) {
    throw Refused("0.0.43.1.0: unreadable invocation counter " + hex_text(counter));
  }
  answer.invocation_counter = static_cast<std::uint32_t>(last);
  reader.release();
  return answer;
}

dlms::ClientConfig client_config(const ReadOptions& options, ApduLink& link,
                                 crypto::Engine& engine) {
  dlms::ClientConfig config;
  config.client_sap = options.client;
  if (options.authentication == "lls") {
    config.authentication = Authentication::lls;
    const std::string password = read_password(options.password_file);
    config.password_octets = static_cast<std::uint8_t>(password.size());
    std::copy(password.begin(), password.end(), config.password.begin());
  } else if (options.authentication == "hls5") {
    if (options.keys_file.empty()) throw InputError("--auth hls5 needs --keys");
    const Public known = ask_public(link, engine, options.timeout_ms);
    config.authentication = Authentication::hls5_gmac;
    config.ciphered = true;
    config.keys = read_keys(options.keys_file, known.logical_device_name);
    config.invocation_counter = known.invocation_counter + 1;
    config.system_title = {'A', 'M', 'T', 'R', 'E', 'A', 'D', 0};
  } else if (options.authentication != "none") {
    throw InputError("--auth = " + options.authentication + ": allowed are none, lls, hls5");
  }
  return config;
}

// The class of an object, from the association's list.
cosem::ClassId class_of(Reader& reader, const cosem::Obis& obis) {
  constexpr const char* kBySaying =
      "say the class: --object CLASS/OBIS, e.g. 3/1.0.1.8.0 (register)";
  std::vector<std::uint8_t> list;
  try {
    list = reader.get(kObjectList);
  } catch (const Refused& refused) {
    throw Refused(fmt::format("the object list, {}; {}", refused.what(), kBySaying));
  }
  axdr::Cursor cursor(list);
  const std::uint32_t n = cursor.array();
  for (std::uint32_t i = 0; i < n && cursor.ok(); ++i) {
    const auto object = cosem::classes::take_listed_object(cursor);
    cursor.skip_value();  // access rights
    if (cursor.ok() && object.name == obis) return object.class_id;
  }
  throw Refused(fmt::format("{} is not in the object list of this client; {}",
                            cosem::ObisText(obis).view(), kBySaying));
}

// The attribute that holds scaler and unit of this value; 0: it has none.
std::int8_t scaler_unit_of(cosem::ClassId class_id, std::int8_t index) {
  using cosem::classes::Register;
  constexpr cosem::ClassId kExtendedRegister{4};  // Blue Book 4.3.3
  constexpr cosem::ClassId kDemandRegister{5};    // Blue Book 4.3.4: current and last average
  const bool simple = class_id == Register::kId || class_id == kExtendedRegister;
  if (simple && index == Register::kValue) return Register::kScalerUnit;
  if (class_id == kDemandRegister && (index == 2 || index == 3)) return 4;
  return 0;
}

// A register's value means little without its scaler and unit.
void print_attribute(Reader& reader, const cosem::Attribute& attribute, bool json,
                     const Print& print, const Print& note) {
  const auto value = reader.get(attribute);
  const std::int8_t scaler_unit = scaler_unit_of(attribute.class_id, attribute.index);
  if (scaler_unit != 0) {
    try {
      const auto answer = reader.get({attribute.class_id, attribute.instance, scaler_unit});
      axdr::Cursor scale(answer);
      const auto [scaler, unit] = cosem::classes::take_scaler_unit(scale);
      if (scale.ok()) {
        return print(json ? register_as_json(value, scaler, unit)
                          : register_as_text(value, scaler, unit));
      }
      note("scaler and unit cannot be read: " + hex_text(answer));
    } catch (const Refused& refused) {
      note(fmt::format("scaler and unit, {}", refused.what()));
    }
  }
  print(json ? value_as_json(value) : value_as_text(value));
}

void read_wanted(const ReadOptions& options, const Wanted& wanted, Reader& reader,
                 const Print& print, const Print& note) {
  if (options.list) {
    const auto list = reader.get(kObjectList);
    return print(options.json ? value_as_json(list) : objects_as_text(list));
  }
  if (!options.profile.empty()) {
    const auto rows = reader.get(
        {cosem::classes::ProfileGeneric::kId, wanted.obis, cosem::classes::ProfileGeneric::kBuffer},
        wanted.selection);
    return print(options.json ? value_as_json(rows) : rows_as_text(rows));
  }
  const cosem::ClassId class_id =
      wanted.class_id ? *wanted.class_id : class_of(reader, wanted.obis);
  print_attribute(reader, {class_id, wanted.obis, wanted.index}, options.json, print, note);
}

// Counters are the client's, whoever speaks as it: a head-end may have used the one that we were
// told, so a refusal counts when nobody has.
bool overtaken(const ReadOptions& options, ApduLink& link, crypto::Engine& engine,
               dlms::ClientConfig& config) {
  const std::uint32_t last = ask_public(link, engine, options.timeout_ms).invocation_counter;
  if (last < config.invocation_counter) return false;
  config.invocation_counter = last + 1;
  return true;
}

void associate(const ReadOptions& options, ApduLink& link, crypto::Engine& engine,
               dlms::ClientConfig config, std::optional<Reader>& reader) {
  constexpr int kTries = 3;
  for (int tries = 1;; ++tries) {
    try {
      reader.emplace(link, engine, config, options.timeout_ms);
      return;
    } catch (const Closed&) {
      // A meter that serves one association a connection closed the one of the public client.
      if (options.authentication != "hls5" || tries == kTries) throw;
      link.abandon();
      config.invocation_counter += 2;  // one may have arrived
    } catch (const Refused&) {
      if (options.authentication != "hls5" || tries == kTries ||
          !overtaken(options, link, engine, config)) {
        throw;
      }
    }
  }
}

}  // namespace

void read_over(ApduLink& link, crypto::Engine& engine, const ReadOptions& options,
               const Print& print, const Print& note) {
  const Wanted wanted = wanted_of(options);
  const dlms::ClientConfig config = client_config(options, link, engine);
  std::optional<Reader> reader;
  associate(options, link, engine, config, reader);
  read_wanted(options, wanted, *reader, print, note);
  reader->release();
}

}  // namespace sim::reader
