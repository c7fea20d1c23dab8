// The lists of requests: deleterequests, its summary, and deleteOperations.
#pragma once

#include <cstdint>

#include "http/message.hpp"
#include "simulator/operations.hpp"
#include "simulator/reading.hpp"
#include "simulator/shapes.hpp"

namespace lethe::simulator {

http::Response delete_requests(const Answering& answering, const Operations& operations, const ListManners& manners,
                               std::int64_t account_id, const Target& target);
http::Response delete_requests_summary(const Answering& answering, const Operations& operations,
                                       std::int64_t account_id, const Target& target);
http::Response delete_operations(const Answering& answering, const Operations& operations, const ListManners& manners,
                                 std::int64_t account_id, const Target& target);

}  // namespace lethe::simulator
