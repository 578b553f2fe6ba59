// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// fuzz_seeds FOLDER: makes the seeds that are taken from living devices: frames of a meter and its
// clients, of a power line, messages of a module, as programs of the targets. With TWIN_UPDATE=1
// they are written to FOLDER (tests/fuzz); without, each must be there. A change of what devices
// say makes no seed wrong, only older.
#include <filesystem>
#include <fstream>

#include "protocol/cosem/classes/clock.hpp"
#include "protocol/cosem/classes/profile_generic.hpp"
#include "protocol/cosem/classes/register.hpp"
#include "protocol/hdlc/frame.hpp"
#include "protocol/prime/pdu.hpp"
#include "protocol/wrapper/wrapper.hpp"
#include "tests/fuzz/program.hpp"
#include "tests/rigs/meter/plc_bench.hpp"
#include "tests/rigs/meter/test_client.hpp"

namespace {

using namespace fuzz;
namespace classes = protocol::cosem::classes;
using protocol::Bytes;
using protocol::cosem::obis;

using Folders = std::map<std::string, std::map<std::string, Octets>>;

struct Dialogue {
  std::vector<Octets> frames;  // to the meter
  std::vector<Octets> apdus;   // of those that fit one frame
};

template <typename Config>
Dialogue record(const std::string& what, Config&& config_of) {
  rigs::MeterFixture meter(rigs::utc_s(2026, 3, 26, 9), rigs::make_plc_provision());
  meter.consume({240.0, 7.5, 20.0, 50.0}, 4 * rigs::kHour_s);
  rigs::TestClient client(meter, config_of(meter.provision));
  Dialogue dialogue;
  client.on_wire = [&](Octets& frame) {
    dialogue.frames.push_back(frame);
    const auto decoded = protocol::hdlc::decode(Bytes(frame).subspan(1, frame.size() - 2));
    if (!decoded || decoded->kind != protocol::hdlc::FrameKind::information) return;
    if (decoded->information.size() > 3) {  // behind the LLC head
      const Bytes apdu = decoded->information.subspan(3);
      dialogue.apdus.emplace_back(apdu.begin(), apdu.end());
    }
  };
  require(client.connect() && client.associate(), "the meter lets its client in");
  if (what == "rows") {
    protocol::cosem::Selection newest;
    newest.kind = protocol::cosem::Selection::Kind::entry;
    newest.from_entry = 3;
    static_cast<void>(client.get({classes::ProfileGeneric::kId, obis(1, 0, 99, 1, 0), 2}, newest));
  } else {
    static_cast<void>(client.get({classes::Clock::kId, obis(0, 0, 1, 0, 0), 2}));
    static_cast<void>(client.get({classes::Register::kId, obis(1, 0, 1, 8, 0), 2}));
  }
  static_cast<void>(client.release());
  client.disconnect();
  return dialogue;
}

std::map<std::string, Dialogue> dialogues() {
  return {
      {"public", record("clock", [](const auto&) { return rigs::public_client(); })},
      {"reading", record("clock", [](const auto& p) { return rigs::reading_client(p); })},
      {"rows", record("rows", [](const auto& p) { return rigs::reading_client(p); })},
      {"management", record("clock", [](const auto& p) { return rigs::management_client(p); })}};
}

// MPDUs of a registration, a connection and a reading, both ways.
std::vector<Octets> line_frames() {
  std::vector<Octets> mpdus;
  rigs::PlcBench bench;
  bench.channel.tap = [&](std::size_t, std::size_t, Octets& mpdu) {
    if (std::find(mpdus.begin(), mpdus.end(), mpdu) == mpdus.end()) mpdus.push_back(mpdu);
    return true;
  };
  require(bench.run_until_joined(), "the meter joins");
  rigs::PlcClient client(bench, rigs::public_client());
  require(client.associate(), "the meter lets the public client in");
  static_cast<void>(client.get({classes::Clock::kId, obis(0, 0, 1, 0, 0), 2}));
  return mpdus;
}

// ---- As programs ----

Octets of_hdlc(const Dialogue& dialogue) {
  Script script;
  for (const Octets& frame : dialogue.frames) {
    script.u8(0xFF).u8(0).string(frame);  // raw, and the real answers come back
  }
  return script.octets;
}

Octets of_prime(const std::vector<Octets>& mpdus, unsigned stage) {
  Script script;
  script.u8(stage);
  for (const Octets& mpdu : mpdus) {
    if (script.octets.size() < 2500) script.u8(0x7F).u8(20).string(mpdu);
  }
  return script.octets;
}

Octets of_wrapper(const Dialogue& dialogue, std::uint16_t client, std::size_t most) {
  Script script;
  for (const Octets& apdu : dialogue.apdus) {
    if (apdu.size() > most) continue;
    Octets message(protocol::wrapper::kHeaderOctets + apdu.size());
    protocol::Writer out(message);
    require(protocol::wrapper::encode({client, 1, apdu}, out), "an APDU fits");
    script.raw(message);
  }
  return script.octets;
}

Octets of_meter(unsigned image, const Octets& damage, const Dialogue& dialogue, unsigned port) {
  Script script;
  script.u8(image).raw(damage).u8(0);
  for (const Octets& frame : dialogue.frames) script.u8(0).u8(port).string(frame);
  return script.octets;
}

Octets of_meter_line(const std::vector<Octets>& mpdus) {
  Script script;
  script.u8(0).u8(0).u8(8).u8(0).u8(4).u16(40);
  for (const Octets& mpdu : mpdus) {
    if (script.octets.size() < 2500) script.u8(7).u8(0x10).u8(0).string(mpdu).u8(4).u16(1);
  }
  return script.octets;
}

Octets of_cm1(const Dialogue& dialogue, std::uint16_t client, bool cut) {
  Script script;
  script.u8(2);  // a visitor on the second socket; the head-end has the first
  for (const Octets& apdu : dialogue.apdus) {
    Octets message(protocol::wrapper::kHeaderOctets + apdu.size());
    protocol::Writer out(message);
    require(protocol::wrapper::encode({client, 1, apdu}, out), "an APDU fits");
    const Bytes whole(message);
    for (const unsigned socket : {0u, 1u}) {
      const std::size_t first = cut ? message.size() / 3 : message.size();
      script.u8(socket * 24).string(whole.first(first));
      if (cut) script.u8(5).u16(2).u8(socket * 24).string(whole.subspan(first));
    }
    script.u8(5).u16(12);
  }
  return script.octets;
}

Octets of_gateway(const Dialogue& dialogue, std::uint8_t client) {
  Script script;
  script.u8(0).u8(0);
  for (const Octets& apdu : dialogue.apdus) {
    script.u8(2).u8(client).u8(0).string(apdu).u8(5).u8(4).u8(3);
    script.u8(8 + 3).u8(client).u8(1).string(apdu).u8(0).u8(4).u8(3);
  }
  return script.octets;
}

// Registrations, connections, promotions with what follows, and a data packet of each.
Octets of_base_node(unsigned meters, bool switches) {
  Script script;
  script.u8(0x08);
  for (unsigned number = 1; number <= meters; ++number) {
    for (int times = 0; times < 2; ++times) {  // REQ and ACK
      script.u8(2).u8(number).u8(0).u8(6).u8(8).u8(0);
    }
    script.u8(3).u8(number).u8(1).u8(0).u8(6).u8(12).u8(0);
    script.u8(7).u8(0).u8(number - 1).u16(60);
    const Octets arq{0x00, 0x40, 0x00, 0x90, 3, 1, 1, 2, 3, 4};
    script.u8(5).u8(number - 1).u8(0).u8(10).raw(arq);
    if (!switches || number % 2 == 0) continue;
    script.u8(4).u8(number).u8(2).u8(number + 1).u8(6).u8(32).u8(0);
    script.u8(4).u8(number).u8(3).u8(0).u8(1).u8(6).u8(40).u8(0);
    script.u8(4).u8(number).u8(4).u8(6).u8(8).u8(0);
  }
  script.u8(6).u8(255).u8(7);
  return script.octets;
}

Octets damage(std::initializer_list<unsigned> octets) {
  Script script;
  for (const unsigned octet : octets) script.u8(octet);
  return script.octets;
}

void devices(Folders& all, const std::map<std::string, Dialogue>& known,
             const std::vector<Octets>& mpdus) {
  auto& meter = all["meter/corpus"];
  for (unsigned image = 0; image < 4; ++image) {
    meter["whole_" + std::to_string(image)] = of_meter(image, {}, known.at("rows"), image);
  }
  meter["octets_of_parameters"] =
      of_meter(0, damage({1, 0, 0x06, 0x20, 0, 2, 0xFF, 0xFF}), known.at("management"), 0);
  meter["dead_page"] = of_meter(1, damage({2, 14, 0xFF, 5, 14}), known.at("public"), 1);
  meter["swapped_pages"] = of_meter(3, damage({3, 2, 7, 3, 12, 13}), known.at("reading"), 0);
  meter["first_page_twice"] = of_meter(2, damage({4, 12, 40}), known.at("rows"), 0);
  meter["cut_off"] = of_meter(2, damage({6, 20, 0x03, 0x00}), known.at("rows"), 0);
  meter["empty_battery"] = of_meter(0, damage({8, 0, 9}), known.at("management"), 0);
  meter["page_of_another_life"] =
      of_meter(0, damage({10, 6, 5, 0xFF, 0xFF, 0xFF, 0xF0}), known.at("rows"), 0);
  meter["identity_of_another_layout"] = of_meter(
      0, damage({11, 0, 32, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}), known.at("public"), 0);
  meter["power_line"] = of_meter_line(mpdus);
  auto& cm1 = all["cm1/corpus"];
  cm1["silence"] = {0};
  cm1["reading"] = of_cm1(known.at("reading"), 2, false);
  cm1["public_cut"] = of_cm1(known.at("public"), 16, true);
  cm1["management"] = of_cm1(known.at("management"), 1, false);
  cm1["spoilt_line"] = of_cm1(known.at("rows"), 2, true);
  auto& spoilt = cm1["spoilt_line"];
  const Octets spoil = damage({7, 20, 0, 5, 0x10, 0, 0});
  spoilt.insert(spoilt.begin(), spoil.begin(), spoil.end());
  auto& gateway = all["concentrator/gateway"];
  gateway["silence"] = {0};
  gateway["crowd"] = Octets(24, 0);
  gateway["public"] = of_gateway(known.at("public"), 16);
  gateway["management"] = of_gateway(known.at("management"), 1);
  auto& base = all["base_node/corpus"];
  base["silence"] = {0};
  base["terminals"] = of_base_node(8, false);
  base["switches"] = of_base_node(8, true);
  auto& disk = all["concentrator/disk"];
  disk["whole"] = {0};
  disk["octets"] = damage({0, 0, 40, 0x00, 0x40, 0, 3, 1, 2, 3});
  disk["heads"] = damage({0, 0, 20, 0, 6, 0, 1, 1, 0, 60, 0, 28, 0, 1, 0x80});
  disk["swapped"] = damage({0, 2, 10, 11, 3, 5, 69});
  disk["cut_off"] = damage({1, 4, 60});
}

Folders make() {
  const std::map<std::string, Dialogue> known = dialogues();
  const std::vector<Octets> mpdus = line_frames();
  Folders all;
  for (const auto& [name, dialogue] : known) {
    all["hdlc/corpus"][name] = of_hdlc(dialogue);
    all["wrapper/corpus"][name] = of_wrapper(dialogue, 16, 2000);
  }
  all["wrapper/corpus"]["short_ones"] = of_wrapper(known.at("public"), 16, 32);
  for (unsigned stage = 0; stage < 5; ++stage) {
    all["prime/corpus"]["stage_" + std::to_string(stage)] = of_prime(mpdus, stage);
  }
  devices(all, known, mpdus);
  return all;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const bool update = std::getenv("TWIN_UPDATE") != nullptr;
  std::size_t missing = 0;
  for (const auto& [folder, seeds] : make()) {
    const std::filesystem::path path = std::filesystem::path(argv[1]) / folder;
    if (update) std::filesystem::create_directories(path);
    for (const auto& [name, octets] : seeds) {
      if (update) {
        std::ofstream(path / name, std::ios::binary | std::ios::trunc)
            .write(reinterpret_cast<const char*>(octets.data()),
                   static_cast<std::streamsize>(octets.size()));
      } else if (!std::filesystem::is_regular_file(path / name)) {
        std::fprintf(stderr, "no seed %s: TWIN_UPDATE=1 writes it\n", (path / name).c_str());
        ++missing;
      }
    }
  }
  return missing == 0 ? 0 : 1;
}
