// Statements that the engine asks for at every turn must find their rows by an index, however many operations there
// are.
#include <sqlite3.h>

#include "fixture.hpp"
#include "store/sqlite/reads.hpp"

namespace lethe::store::testing {
namespace {

struct Planned {
  const char* name;
  std::string (*query)();
  const char* index;
};

class Plans : public StoreTest, public ::testing::WithParamInterface<Planned> {};

std::string plan_of(sqlite3* db, const std::string& query) {
  sqlite3_stmt* statement = nullptr;
  const std::string explained = "EXPLAIN QUERY PLAN " + query;
  EXPECT_EQ(sqlite3_prepare_v2(db, explained.c_str(), -1, &statement, nullptr), SQLITE_OK) << sqlite3_errmsg(db);
  std::string plan;
  while (sqlite3_step(statement) == SQLITE_ROW) {
    plan += reinterpret_cast<const char*>(sqlite3_column_text(statement, 3));
    plan += "\n";
  }
  sqlite3_finalize(statement);
  return plan;
}

TEST_P(Plans, found_by_their_index) {
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open_v2("lethe.db", &db, SQLITE_OPEN_READWRITE, files_.name().c_str()), SQLITE_OK);
  const std::string plan = plan_of(db, GetParam().query());
  sqlite3_close(db);
  EXPECT_NE(plan.find(GetParam().index), std::string::npos) << plan;
  EXPECT_EQ(plan.find("SCAN"), std::string::npos) << plan;
  // A handful of groups may be sorted.
  if (std::string_view(GetParam().name) != "waiting") EXPECT_EQ(plan.find("TEMP B-TREE"), std::string::npos) << plan;
}

INSTANTIATE_TEST_SUITE_P(
    all, Plans,
    ::testing::Values(Planned{"due", sqlite::queries::due, "operation_due"},
                      Planned{"due_beyond", sqlite::queries::due_beyond, "operation_due"},
                      Planned{"look_beyond", sqlite::queries::look_beyond, "operation_in_state"},
                      Planned{"next_due", sqlite::queries::next_due, "operation_due"},
                      Planned{"in_state", sqlite::queries::in_state, "operation_in_state"},
                      Planned{"ended_in_state", sqlite::queries::ended_in_state, "operation_ended"},
                      Planned{"held", sqlite::queries::held, "job_not_waiting"},
                      Planned{"in_state_after", sqlite::queries::in_state_after, "operation_in_state"},
                      Planned{"suppression_took", sqlite::queries::suppression_took, "operation_suppressed"},
                      Planned{"deletion_took", sqlite::queries::deletion_took, "operation_deleted"},
                      Planned{"unknown", sqlite::queries::unknown, "operation_unknown"},
                      Planned{"pull_forward", sqlite::queries::pull_forward, "operation_unpulled"},
                      Planned{"queued_again", sqlite::queries::queued_again, "operation_in_state"},
                      Planned{"waiting_with", sqlite::queries::waiting_with, "job_waiting_of_kind"},
                      Planned{"waiting_job", sqlite::queries::waiting_job, "job_waiting"},
                      Planned{"waiting", sqlite::queries::waiting, "job_waiting"},
                      Planned{"expiring", sqlite::queries::expiring, "job_expiring"},
                      Planned{"next_expiry", sqlite::queries::next_expiry, "job_expiring"},
                      Planned{"erasable", sqlite::queries::erasable, "job_erasable"},
                      Planned{"unindexed", sqlite::queries::unindexed, "operation_unindexed"},
                      Planned{"indexed_beside", sqlite::queries::indexed_beside, "operation_beside"},
                      Planned{"swept", sqlite::queries::swept, "operation_window"},
                      Planned{"hasten_swept", sqlite::queries::hasten_swept, "operation_"},
                      Planned{"next_erasable", sqlite::queries::next_erasable, "job_erasable"},
                      Planned{"job_by_id", sqlite::queries::job_by_id, "(id=?)"},
                      Planned{"operations_of", sqlite::queries::operations_of, "slice_of_job"}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace lethe::store::testing
