// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "models/core/wan/ethernet.hpp"

#include <algorithm>
#include <utility>

#include "kernel/assert.hpp"

namespace models::wan {

// One connection. What travels arrives in order, each thing at its time; both ends are told from
// the agenda only.
class Ethernet::Pipe final : private kernel::Entity {
 public:
  enum class What : std::uint8_t { syn, accept, refuse, data, fin, silence };

  Pipe(Ethernet& network, EthernetSite& site, ConnectionId id, std::uint16_t port, std::string host,
       int socket)
      : network_(network),
        site_(&site),
        id_(id),
        port_(port),
        host_(std::move(host)),
        socket_(socket),
        timers_{kernel::Timer(network.agenda_, *this, site.id_, kUp),
                kernel::Timer(network.agenda_, *this, site.id_, kDown)} {}

  ConnectionId id() const { return id_; }
  bool open() const { return open_; }
  std::uint16_t port() const { return port_; }
  std::uint32_t waiting(Direction direction) const { return waiting_[index(direction)]; }

  void post(Direction direction, What what, std::span<const std::uint8_t> octets = {}) {
    if (site_ == nullptr) return;
    const std::size_t d = index(direction);
    const EthernetConfig& config = network_.config_;
    const kernel::TimeNs now = network_.agenda_.now();
    const std::size_t segments =
        std::max<std::size_t>(1, (octets.size() + config.mss - 1) / config.mss);
    const std::uint64_t on_wire = octets.size() + segments * config.header_octets;
    const std::uint64_t rate = direction == Direction::kUp ? config.up_bit_s : config.down_bit_s;
    const auto taken = static_cast<kernel::TimeNs>(on_wire * 8 * kernel::kNsPerSecond / rate);
    kernel::TimeNs& wire = site_->wire_free_[d];
    wire = std::max(wire, now) + taken;
    if (direction == Direction::kUp) site_->transmit_ns_ += taken;
    network_.traffic_.add(now, direction, Octets::kPayload, octets.size());
    network_.traffic_.add(now, direction, Octets::kHeaders, segments * config.header_octets);
    queue(d, what, wire + config.rtt_ns / 2, octets);
  }

  // The device is gone without a word; the far end finds out later.
  void site_died() {
    site_->sockets_[static_cast<std::size_t>(socket_)] = nullptr;
    socket_ = kNoSocket;
    for (std::size_t d = 0; d < 2; ++d) drop(d);
    queue(kUp, What::silence, network_.agenda_.now() + network_.config_.silence_ns, {});
  }
  void site_destroyed() { site_ = nullptr; }
  // Nothing of it arrives any more.
  void stop() {
    for (std::size_t d = 0; d < 2; ++d) drop(d);
  }
  void close_from(Direction direction) {
    if (direction == Direction::kUp && socket_ != kNoSocket) {
      site_->sockets_[static_cast<std::size_t>(socket_)] = nullptr;
      socket_ = kNoSocket;
    }
    if (direction == Direction::kDown) peer_knows_ = false;
    closing_ = true;
    drop(index(opposite(direction)));  // nobody reads it any more
    post(direction, What::fin);
  }

 private:
  enum : std::uint32_t { kUp = 0, kDown = 1 };
  struct Arrival {
    kernel::TimeNs at;
    What what;
    std::vector<std::uint8_t> octets;
  };
  static std::size_t index(Direction direction) {
    return direction == Direction::kUp ? kUp : kDown;
  }

  void queue(std::size_t d, What what, kernel::TimeNs at, std::span<const std::uint8_t> octets) {
    if (!arrivals_[d].empty()) at = std::max(at, arrivals_[d].back().at);
    arrivals_[d].push_back({at, what, {octets.begin(), octets.end()}});
    waiting_[d] += static_cast<std::uint32_t>(octets.size());
    timers_[d].arm(arrivals_[d].front().at);
  }
  void drop(std::size_t d) {
    arrivals_[d].clear();
    waiting_[d] = 0;
    timers_[d].disarm();
  }

  void on_time(kernel::TimeNs now, std::uint32_t d) override {
    while (!arrivals_[d].empty() && arrivals_[d].front().at <= now) {
      const Arrival arrival = std::move(arrivals_[d].front());
      arrivals_[d].pop_front();
      waiting_[d] -= static_cast<std::uint32_t>(arrival.octets.size());
      if (d == kUp ? !at_peer(arrival) : !at_site(arrival)) {
        stop();
        network_.pipes_.retire(now, *this);
        return;
      }
    }
    if (!arrivals_[d].empty()) timers_[d].arm(arrivals_[d].front().at);
  }

  // False: the connection is over.
  bool at_peer(const Arrival& arrival) {
    WanPeer* const peer = network_.peer_;
    switch (arrival.what) {
      case What::syn:
        if (peer == nullptr) {
          post(Direction::kDown, What::refuse);
          return true;
        }
        open_ = peer_knows_ = true;
        ++network_.traffic_.at(network_.agenda_.now()).sessions;
        peer->on_open(id_, site_->site_, host_, port_);
        if (!closing_) post(Direction::kDown, What::accept);
        return true;
      case What::accept:
        open_ = peer_knows_ = true;
        ++network_.traffic_.at(network_.agenda_.now()).sessions;
        peer->on_open(id_, site_->site_, {}, port_);
        return true;
      case What::data:
        if (peer_knows_) peer->on_data(id_, arrival.octets);
        if (site_ != nullptr && socket_ != kNoSocket && waiting_[kUp] == 0 && !closing_) {
          site_->client_->on_socket_drained(socket_);
        }
        return true;
      case What::refuse:
      case What::fin:
      case What::silence:
        // Also what the far end asked for and never got.
        if (peer_knows_ || (host_.empty() && !open_)) {
          peer->on_closed(
              id_, arrival.what == What::silence ? CloseReason::kTimeout : CloseReason::kByPeer);
        }
        return false;
    }
    return false;
  }

  bool at_site(const Arrival& arrival) {
    if (site_ == nullptr) return false;
    switch (arrival.what) {
      case What::syn: {
        const auto& ports = site_->listening_;
        const int socket = site_->online_ ? site_->free_socket() : kNoSocket;
        if (socket == kNoSocket || std::ranges::find(ports, port_) == ports.end()) {
          post(Direction::kUp, What::refuse);
          return true;
        }
        socket_ = socket;
        site_->sockets_[static_cast<std::size_t>(socket)] = this;
        post(Direction::kUp, What::accept);
        site_->client_->on_socket_open(socket, true);
        return true;
      }
      case What::accept:
        if (socket_ != kNoSocket) site_->client_->on_socket_open(socket_, false);
        return true;
      case What::data:
        if (socket_ != kNoSocket) site_->client_->on_socket_data(socket_, arrival.octets);
        return true;
      case What::refuse:
      case What::fin:
      case What::silence:
        if (socket_ != kNoSocket) {
          const int socket = std::exchange(socket_, kNoSocket);
          site_->sockets_[static_cast<std::size_t>(socket)] = nullptr;
          site_->client_->on_socket_closed(socket, CloseReason::kByPeer);
        }
        return false;
    }
    return false;
  }

  Ethernet& network_;
  EthernetSite* site_;
  ConnectionId id_;
  std::uint16_t port_;
  std::string host_;
  int socket_;
  bool open_ = false;
  bool peer_knows_ = false;
  bool closing_ = false;
  std::array<std::deque<Arrival>, 2> arrivals_;
  std::array<std::uint32_t, 2> waiting_{};
  std::array<kernel::Timer, 2> timers_;
};

// ---- The far end's side ----

Ethernet::Ethernet(kernel::Agenda& agenda, const EthernetConfig& config)
    : agenda_(agenda), config_(config), pipes_(config.number) {
  TWIN_ASSERT(config.up_bit_s > 0 && config.down_bit_s > 0);
}
Ethernet::~Ethernet() = default;

Ethernet::Pipe& Ethernet::add_pipe(EthernetSite& site, std::uint16_t port, std::string host,
                                   int socket) {
  return pipes_.add(agenda_.now(), [&](ConnectionId id) {
    return std::make_unique<Pipe>(*this, site, id, port, std::move(host), socket);
  });
}

bool Ethernet::send(ConnectionId connection, std::span<const std::uint8_t> octets) {
  Pipe* const pipe = pipes_.find(connection);
  if (pipe == nullptr || !pipe->open() ||
      pipe->waiting(Direction::kDown) + octets.size() > config_.buffer_octets) {
    return false;
  }
  pipe->post(Direction::kDown, Pipe::What::data, octets);
  return true;
}

std::uint32_t Ethernet::unacknowledged(ConnectionId connection) const {
  const Pipe* const pipe = pipes_.find(connection);
  return pipe == nullptr ? 0 : pipe->waiting(Direction::kDown);
}

void Ethernet::close(ConnectionId connection) {
  Pipe* const pipe = pipes_.find(connection);
  if (pipe != nullptr) pipe->close_from(Direction::kDown);
}

ConnectionId Ethernet::connect(std::uint32_t site, std::uint16_t port) {
  const auto at = std::ranges::find(sites_, site, &EthernetSite::site);
  TWIN_ASSERT(at != sites_.end() && peer_ != nullptr, site);
  Pipe& pipe = add_pipe(**at, port, {}, kNoSocket);
  pipe.post(Direction::kDown, Pipe::What::syn);
  return pipe.id();
}

// ---- The site's side ----

EthernetSite::EthernetSite(Ethernet& network, std::uint32_t site, kernel::EntityId id)
    : network_(network), site_(site), id_(id), link_timer_(network.agenda_, *this, id, 2) {
  network_.sites_.push_back(this);
}

EthernetSite::~EthernetSite() {
  std::erase(network_.sites_, this);
  network_.pipes_.each([](Ethernet::Pipe& pipe) { pipe.site_destroyed(); });
}

void EthernetSite::power(bool on) {
  if (on == powered_) return;
  powered_ = on;
  if (on) {
    link_timer_.arm(network_.agenda_.now() + network_.config_.link_up_ns);
    return;
  }
  link_timer_.disarm();
  online_ = false;
  listening_.clear();
  for (Ethernet::Pipe* pipe : std::exchange(sockets_, {})) {
    if (pipe != nullptr) pipe->site_died();
  }
}

void EthernetSite::on_time(kernel::TimeNs, std::uint32_t) {
  online_ = true;
  client_->on_modem(ModemState::kOnline);
}

int EthernetSite::free_socket() const {
  const auto at = std::ranges::find(sockets_, nullptr);
  return at == sockets_.end() ? kNoSocket : static_cast<int>(at - sockets_.begin());
}

int EthernetSite::open(Protocol protocol, std::string_view host, std::uint16_t port) {
  TWIN_ASSERT(protocol == Protocol::kTcp);
  const int socket = online_ ? free_socket() : kNoSocket;
  if (socket == kNoSocket) return kNoSocket;
  Ethernet::Pipe& pipe = network_.add_pipe(*this, port, std::string(host), socket);
  sockets_[static_cast<std::size_t>(socket)] = &pipe;
  pipe.post(Direction::kUp, Ethernet::Pipe::What::syn);
  return socket;
}

bool EthernetSite::listen(std::uint16_t port) {
  if (!online_) return false;
  listening_.push_back(port);
  return true;
}

bool EthernetSite::send(int socket, std::span<const std::uint8_t> octets) {
  Ethernet::Pipe* const pipe = sockets_.at(static_cast<std::size_t>(socket));
  if (pipe == nullptr ||
      pipe->waiting(Direction::kUp) + octets.size() > network_.config_.buffer_octets) {
    return false;
  }
  pipe->post(Direction::kUp, Ethernet::Pipe::What::data, octets);
  return true;
}

std::uint32_t EthernetSite::unacknowledged(int socket) {
  const Ethernet::Pipe* const pipe = sockets_.at(static_cast<std::size_t>(socket));
  return pipe == nullptr ? 0 : pipe->waiting(Direction::kUp);
}

std::uint16_t EthernetSite::port_of(int socket) const {
  const Ethernet::Pipe* const pipe = sockets_.at(static_cast<std::size_t>(socket));
  return pipe == nullptr ? std::uint16_t{0} : pipe->port();
}

void EthernetSite::close(int socket) {
  Ethernet::Pipe* const pipe = sockets_.at(static_cast<std::size_t>(socket));
  if (pipe != nullptr) pipe->close_from(Direction::kUp);
}

}  // namespace models::wan
