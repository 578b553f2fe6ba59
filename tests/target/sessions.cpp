// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/target/sessions.hpp"

#include <algorithm>
#include <list>

namespace target {
namespace {

struct Session {
  std::string image;
  TargetMeter meter;
  explicit Session(const std::string& path) : image(path), meter(path) {}
};
// The one that was given away last stands at the end.
std::list<Session>& sessions() {
  static std::list<Session> all;
  return all;
}

}  // namespace

TargetMeter& session_for(const std::string& image, const meter_hal* owner) {
  std::list<Session>& all = sessions();
  auto chosen = all.end();
  std::size_t of_image = 0;
  for (auto it = all.end(); it != all.begin();) {
    --it;
    if (it->image != image) continue;
    ++of_image;
    const bool mine = chosen != all.end() && chosen->meter.hal() == owner;
    if (!mine) chosen = it;  // ends with the owner's, else with the oldest
  }
  const bool mine = chosen != all.end() && chosen->meter.hal() == owner;
  if (!mine && of_image < kSessions) chosen = all.emplace(all.end(), image);
  all.splice(all.end(), all, chosen);
  return chosen->meter;
}

void end_session(TargetMeter& session) {
  sessions().remove_if([&](const Session& one) { return &one.meter == &session; });
}
void end_all_sessions() { sessions().clear(); }

}  // namespace target
