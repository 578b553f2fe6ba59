// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/target/target_firmware.hpp"

#include <map>
#include <memory>

#include "meter/fw/device/firmware.h"
#include "tests/target/sessions.hpp"

// The linker lets every caller of meter_ad11a_firmware() come to __wrap_...; __real_... is the
// firmware's own (see CMakeLists.txt).
extern "C" {
const meter_firmware* __real_meter_ad11a_firmware();
const meter_firmware* __real_meter_ad13a_firmware();
const meter_firmware* __wrap_meter_ad11a_firmware();
const meter_firmware* __wrap_meter_ad13a_firmware();
}

namespace target {
namespace {

using meter::port::octets_of;
using Payload = std::initializer_list<Bytes>;

struct Ad11a {
  static constexpr const char* kImage = METER_IMAGE_FOLDER "/meter_ad11a.elf";
  static const meter_firmware& host() { return *__real_meter_ad11a_firmware(); }
};
struct Ad13a {
  static constexpr const char* kImage = METER_IMAGE_FOLDER "/meter_ad13a.elf";
  static const meter_firmware& host() { return *__real_meter_ad13a_firmware(); }
};

std::map<const meter_hal*, std::unique_ptr<Twin>>& twins() {
  static std::map<const meter_hal*, std::unique_ptr<Twin>> all;
  return all;
}

// The image alone. A table function gets the instance only, so the session stands in there.
template <typename Model>
struct ImageSide {
  struct Instance {
    TargetMeter* meter;
    const meter_hal* hal;
  };
  static std::uint32_t instance_bytes() { return sizeof(Instance); }
  static std::uint32_t plc_bytes() { return 0; }
  static void* host_instance(void*) { return nullptr; }
  static void init(void* instance, const meter_hal* hal) {
    TargetMeter& session = session_for(Model::kImage, hal);
    *static_cast<Instance*>(instance) = {&session, hal};
    session.adopt(hal);
    upcall(instance, Kind::init, {session.init_payload()}, {});
  }
  static TargetMeter& image(void* instance) {
    const Instance& here = *static_cast<Instance*>(instance);
    if (here.meter->hal() != here.hal) throw std::runtime_error("the image serves another meter");
    return *here.meter;
  }
  static int upcall(void* instance, Kind kind, Payload payload, const std::function<int()>&) {
    image(instance).prepare(*static_cast<Instance*>(instance)->hal);
    return image(instance).run(kind, payload);
  }
};

// Both; the host build's instance comes behind ours.
template <typename Model>
struct TwinSide {
  struct alignas(16) Instance {
    Twin* twin;
  };
  static std::uint32_t instance_bytes() { return sizeof(Instance) + Model::host().instance_bytes; }
  static std::uint32_t plc_bytes() { return Model::host().plc_bytes; }
  static void* host_instance(void* instance) { return static_cast<Instance*>(instance) + 1; }
  static void init(void* instance, const meter_hal* hal) {
    std::unique_ptr<Twin>& twin = twins()[hal];
    if (twin == nullptr || &twin->host() != &Model::host()) {
      twin = std::make_unique<Twin>(Model::host(), Model::kImage, *hal);
    }
    static_cast<Instance*>(instance)->twin = twin.get();
    twin->construct(host_instance(instance));
  }
  static TargetMeter& image(void* instance) {
    return static_cast<Instance*>(instance)->twin->image();
  }
  static int upcall(void* instance, Kind kind, Payload payload, const std::function<int()>& host) {
    return static_cast<Instance*>(instance)->twin->upcall(kind, payload, host);
  }
};

// Each function packs its arguments for the image and calls the host build, should there be one.
template <typename Model, typename Side>
struct Table {
  static const meter_firmware& host() { return Model::host(); }
  static void* inner(void* instance) { return Side::host_instance(instance); }
  template <typename Call>
  static int pass(void* instance, Kind kind, Payload payload, Call call) {
    return Side::upcall(instance, kind, payload, [&] {
      call(inner(instance));
      return 0;
    });
  }

  // An upcall that is no more than its arguments.
  template <typename Upcall, typename Function>
  struct Pass;
  template <typename Upcall, typename R, typename... A>
  struct Pass<Upcall, R (*)(void*, A...)> {
    static R run(void* instance, A... arguments) {
      const std::vector<std::uint8_t> payload = packed<Upcall>(arguments...);
      const auto on_host = [&] { return (host().*Upcall::kMember)(inner(instance), arguments...); };
      if constexpr (std::is_void_v<R>) {
        Side::upcall(instance, Upcall::kKind, {payload}, [&] { return on_host(), 0; });
      } else {
        return Side::upcall(instance, Upcall::kKind, {payload}, on_host);
      }
    }
  };
  template <typename... Upcall>
  static void fill(meter_firmware& table, meter::hal::List<Upcall...>) {
    const auto one = [&table]<typename U>(U) {
      if (table.*U::kMember != nullptr) {
        table.*U::kMember = &Pass<U, meter::hal::FunctionOf<U>>::run;
      }
    };
    (one(Upcall{}), ...);
  }

  static void on_samples(void* instance, const meter_window* window) {
    std::uint32_t channels = 0;
    for (std::uint32_t c = 0; c < METER_CHANNELS; ++c) {
      if (window->channel[c] != nullptr) channels |= 1u << c;
    }
    Side::image(instance).put_counts(*window);
    pass(instance, Kind::samples,
         {big_endian(window->n_samples), big_endian(window->n_cycles),
          big_endian(window->length_q16), big_endian(channels)},
         [&](void* on_host) { host().on_samples(on_host, window); });
  }
  static void on_plc(void* instance, const meter_plc_frame* frame) {
    std::array<std::uint8_t, 16> head;
    protocol::Writer out{head};
    out.u32(frame->scheme);
    out.u32(static_cast<std::uint32_t>(frame->snr_cdb));
    out.u64(static_cast<std::uint64_t>(frame->start_us));
    pass(instance, Kind::plc, {head, {frame->mpdu, frame->n}},
         [&](void* on_host) { host().on_plc(on_host, frame); });
  }
  // Needs no instance: an image that serves nobody else answers.
  static int describe(std::uint32_t index, meter_object_info* out) {
    static TargetMeter idle(Model::kImage);
    return idle.describe(index, *out);
  }

  static meter_firmware make() {
    meter_firmware table = host();
    table.size = sizeof(table);
    table.instance_bytes = Side::instance_bytes();
    table.plc_bytes = Side::plc_bytes();
    table.init = Side::init;
    fill(table, meter::port::Upcalls{});
    table.on_samples = on_samples;
    table.describe = describe;
    if (table.on_plc != nullptr) table.on_plc = on_plc;
    return table;
  }
  static const meter_firmware* get() {
    static const meter_firmware table = make();
    return &table;
  }
};

}  // namespace

const char* const kAd11aImage = Ad11a::kImage;
const char* const kAd13aImage = Ad13a::kImage;
const meter_firmware* ad11a_host() { return &Ad11a::host(); }
const meter_firmware* ad13a_host() { return &Ad13a::host(); }
const meter_firmware* ad11a_image() { return Table<Ad11a, ImageSide<Ad11a>>::get(); }
const meter_firmware* ad13a_image() { return Table<Ad13a, ImageSide<Ad13a>>::get(); }
const meter_firmware* ad11a_twin() { return Table<Ad11a, TwinSide<Ad11a>>::get(); }
const meter_firmware* ad13a_twin() { return Table<Ad13a, TwinSide<Ad13a>>::get(); }

Twin& twin_of(const meter_hal& hal) { return *twins().at(&hal); }

}  // namespace target

const meter_firmware* __wrap_meter_ad11a_firmware() { return target::ad11a_twin(); }
const meter_firmware* __wrap_meter_ad13a_firmware() { return target::ad13a_twin(); }
