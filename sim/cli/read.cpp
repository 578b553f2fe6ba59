// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/read.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <stdexcept>
#include <utility>

#include "protocol/axdr/cursor.hpp"
#include "protocol/cosem/classes/association_ln.hpp"
#include "protocol/cosem/classes/data.hpp"
#include "protocol/cosem/classes/profile_generic.hpp"
#include "protocol/cosem/classes/register.hpp"
#include "protocol/cosem/obis.hpp"
#include "protocol/dlms/apdu.hpp"
#include "protocol/dlms/client.hpp"
#include "protocol/dlms/selection.hpp"
#include "protocol/hosted/crypto_openssl/engine.hpp"
#include "sim/scenario/civil_time.hpp"

namespace sim::cli {
namespace {

using namespace protocol;
using dlms::Authentication;
using dlms::ClientEvent;

// The meter or the link said no; bad input is InputError.
struct Refused : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// One association over a link, request by request.
class Reader {
 public:
  Reader(ApduLink& link, crypto::Engine& engine, const dlms::ClientConfig& config)
      : link_(link), session_(config, engine, work_) {
    link_.open(config.client_sap);
    run(session_.associate(), ClientEvent::Kind::associated, "association");
  }
  std::vector<std::uint8_t> get(const cosem::Attribute& attribute,
                                const cosem::Selection& selection = {}) {
    return run(session_.get(attribute, selection), ClientEvent::Kind::data, "get");
  }
  void release() {
    run(session_.release(), ClientEvent::Kind::released, "release");
    link_.close();
  }

 private:
  std::vector<std::uint8_t> run(Result<Bytes> request, ClientEvent::Kind wanted, const char* what) {
    if (!request.ok()) {
      throw Refused(fmt::format("{}: {}", what, error_name(request.error())));
    }
    std::vector<std::uint8_t> apdu(request.value().begin(), request.value().end());
    for (;;) {
      const auto answer = link_.exchange(apdu);
      const ClientEvent event = session_.on_apdu(answer);
      if (event.kind == wanted) return {event.data.begin(), event.data.end()};
      switch (event.kind) {
        case ClientEvent::Kind::send:
          apdu.assign(event.send.begin(), event.send.end());
          continue;
        case ClientEvent::Kind::refused:
          throw Refused(fmt::format("{}: the meter answers data-access-result {}", what,
                                    static_cast<int>(event.access_result)));
        case ClientEvent::Kind::rejected:
        case ClientEvent::Kind::exception:
          if (!answer.empty() && answer[0] == dlms::tag::kException) {
            // Also what a module says whose meter is silent, and a gateway of whom it does not
            // know.
            throw Refused(fmt::format(
                "{}: exception-response: not allowed, or no such meter answers; behind a "
                "concentrator --server is the server_sap of `amitwin inventory`",
                what));
          }
          throw Refused(
              fmt::format("{}: the meter refuses (wrong password, keys or client?)", what));
        default:
          throw Refused(fmt::format("{}: unexpected answer {}", what, hex_text(answer)));
      }
    }
  }

  ApduLink& link_;
  std::vector<std::uint8_t> work_ = std::vector<std::uint8_t>(1 << 20);
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
Public ask_public(ApduLink& link, crypto::Engine& engine) {
  Reader reader(link, engine, {});
  Public answer;
  const auto name = reader.get(kLogicalDeviceName);
  axdr::Cursor name_cursor(name);
  const Bytes text = name_cursor.octet_string();
  answer.logical_device_name.assign(text.begin(), text.end());
  const auto counter = reader.get(kInvocationCounter);
  axdr::Cursor counter_cursor(counter);
  answer.invocation_counter = static_cast<std::uint32_t>(counter_cursor.unsigned_number());
  if (!name_cursor.ok() || !counter_cursor.ok()) throw Refused("unreadable name or counter");
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
    const Public known = ask_public(link, engine);
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

cosem::Obis obis_of(const std::string& option, const std::string& text) {
  const auto obis = cosem::parse_obis(text);
  if (!obis) {
    throw InputError(
        fmt::format("{} = {}: not an OBIS code, allowed is e.g. 1.0.1.8.0", option, text));
  }
  return *obis;
}

// The class of an object, from the association's list.
cosem::ClassId class_of(Reader& reader, const cosem::Obis& obis) {
  const auto list = reader.get(kObjectList);
  axdr::Cursor cursor(list);
  const std::uint32_t n = cursor.array();
  for (std::uint32_t i = 0; i < n && cursor.ok(); ++i) {
    const auto object = cosem::classes::take_listed_object(cursor);
    cursor.skip_value();  // access rights
    if (cursor.ok() && object.name == obis) return object.class_id;
  }
  throw Refused(
      fmt::format("{} is not in the object list of this client", cosem::ObisText(obis).view()));
}

void print(const std::string& text) {
  std::fputs(text.c_str(), stdout);
  if (!text.ends_with('\n')) std::fputc('\n', stdout);
}

// A register's value means little without its scaler and unit, attribute 3.
void print_register(Reader& reader, const cosem::Attribute& attribute, bool json) {
  const auto value = reader.get(attribute);
  const auto scaler_unit =
      reader.get({attribute.class_id, attribute.instance, cosem::classes::Register::kScalerUnit});
  axdr::Cursor number(value);
  axdr::Cursor scale(scaler_unit);
  const std::int64_t raw = number.number();
  const auto [scaler, unit] = cosem::classes::take_scaler_unit(scale);
  if (!number.ok() || !scale.ok()) {
    print(json ? value_as_json(value) : value_as_text(value));
    return;
  }
  const std::string text = register_as_text(raw, scaler, unit);
  print(json ? fmt::format(R"({{"raw": {}, "scaler": {}, "unit": "{}", "text": "{}"}})", raw,
                           scaler, unit_text(unit), text)
             : text);
}

std::int64_t time_of(const char* option, const std::string& text) {
  const auto utc_s = run::parse_rfc3339(text);
  if (!utc_s) {
    throw InputError(
        fmt::format("{} = {}: not a time, allowed is e.g. 2024-01-15T00:00:00Z", option, text));
  }
  return *utc_s;
}

// What the options ask for, judged before anything is sent.
struct Wanted {
  cosem::Obis obis{};
  std::int8_t index = 2;
  cosem::Selection selection;  // of a profile
};
Wanted wanted_of(const ReadOptions& options) {
  Wanted wanted;
  if (!options.profile.empty()) {
    if (options.from.empty() || options.to.empty()) {
      throw InputError("--profile needs --from and --to, e.g. --from 2024-01-15T00:00:00Z");
    }
    wanted.obis = obis_of("--profile", options.profile);
    const std::int64_t from_s = time_of("--from", options.from);
    const std::int64_t to_s = time_of("--to", options.to);
    wanted.selection = dlms::rows_between(from_s, to_s);
    if (to_s < from_s) {
      throw InputError(fmt::format("--to = {}: before --from", options.to));
    }
  } else if (!options.list) {
    const std::size_t colon = options.object.rfind(':');
    const bool written_form = options.object.find('-') != std::string::npos;  // 1-0:1.8.0
    const bool has_index =
        colon != std::string::npos && (!written_form || options.object.find(':') != colon);
    const std::string name = has_index ? options.object.substr(0, colon) : options.object;
    const int index = has_index ? std::atoi(options.object.c_str() + colon + 1) : 2;
    wanted.obis = obis_of("--object", name);
    if (index < 1 || index > 127) {
      throw InputError(
          fmt::format("--object = {}: attributes count from 1 to 127", options.object));
    }
    wanted.index = static_cast<std::int8_t>(index);
  }
  return wanted;
}

void read_wanted(const ReadOptions& options, const Wanted& wanted, Reader& reader) {
  if (options.list) {
    const auto list = reader.get(kObjectList);
    print(options.json ? value_as_json(list) : objects_as_text(list));
  } else if (!options.profile.empty()) {
    const auto rows = reader.get(
        {cosem::classes::ProfileGeneric::kId, wanted.obis, cosem::classes::ProfileGeneric::kBuffer},
        wanted.selection);
    print(options.json ? value_as_json(rows) : rows_as_text(rows));
  } else {
    const cosem::Attribute attribute{class_of(reader, wanted.obis), wanted.obis, wanted.index};
    if (attribute.class_id == cosem::classes::Register::kId &&
        wanted.index == cosem::classes::Register::kValue) {
      print_register(reader, attribute, options.json);
      return;
    }
    const auto value = reader.get(attribute);
    print(options.json ? value_as_json(value) : value_as_text(value));
  }
}

}  // namespace

int read_meter(const ReadOptions& options) {
  try {
    const Wanted wanted = wanted_of(options);
    // One-octet addresses of IEC 62056-46, as meters on a serial line have them.
    constexpr std::uint16_t kHighestHdlcAddress = 127;
    for (const auto& [name, address] :
         {std::pair{"--client", options.client}, std::pair{"--server", options.server}}) {
      if (options.hdlc && (address == 0 || address > kHighestHdlcAddress)) {
        throw InputError(fmt::format("{} = {}: over HDLC allowed are 1 to {}", name, address,
                                     kHighestHdlcAddress));
      }
    }
    net::Socket socket = net::Socket::connect({options.host, options.port});
    const auto link = options.hdlc ? make_hdlc_link(socket, options.server, options.timeout_ms)
                                   : make_wrapper_link(socket, options.server, options.timeout_ms);
    crypto::OpensslEngine engine(crypto::system_random());
    const dlms::ClientConfig config = client_config(options, *link, engine);
    Reader reader(*link, engine, config);
    read_wanted(options, wanted, reader);
    reader.release();
    return 0;
  } catch (const InputError& error) {
    fmt::print(stderr, "amitwin read: {}\n", error.what());
    return 2;
  } catch (const std::runtime_error& error) {
    fmt::print(stderr, "amitwin read: {}\n", error.what());
    return 1;
  }
}

}  // namespace sim::cli
