// SPDX-License-Identifier: MIT
#include "nonsense.h"

#include "ablo/json.h"
#include "ablo/schema.h"
#include "functions.h"

namespace ablo::sim {

namespace {

constexpr Nonsense kBadWrites[] = {
    {R"({"key":)", "invalid_json"},
    {R"({"operations":[{"op":"delete","model":"tasks","id":"t0"}]})", "write_options_invalid"},
    {R"({"key":"x"})", "commit_operation_required"},
    {R"({"key":"x","operations":[]})", "commit_operation_required"},
    {R"({"key":"x","operations":[{"op":"upsert","model":"tasks","id":"t0"}]})", "invalid_request"},
    {R"({"key":"x","operations":[{"op":"delete","model":"task","id":"t0"}]})", "unknown_model"},
    {R"({"key":"x","operations":[{"op":"delete","model":"tasks","id":""}]})", "invalid_id"},
    {R"({"key":"x","operations":[{"op":"update","model":"tasks","id":"t0","data":"done"}]})", "wrong_type"},
    {R"({"key":"x","operations":[{"op":"update","model":"tasks","id":"t0","data":{"title":7}}]})", "wrong_type"},
    {R"({"key":"x","operations":[{"op":"update","model":"tasks","id":"t0","data":{"titel":""}}]})", "unknown_field"},
    {R"({"key":"x","operations":[{"op":"create","model":"tasks","id":"new","data":{"status":"todo"}}]})",
     "model_required_field_missing"},
    {R"({"key":"x","retries":-1,"operations":[{"op":"delete","model":"tasks","id":"t0"}]})", "write_options_invalid"},
    {R"({"key":"x","readAt":-1,"operations":[{"op":"delete","model":"tasks","id":"t0"}]})", "write_options_invalid"},
    {R"({"key":"x","onStale":"ask","operations":[{"op":"delete","model":"tasks","id":"t0"}]})",
     "write_options_invalid"},
    {R"({"key":"x","claim":"mine","operations":[{"op":"delete","model":"tasks","id":"t0"}]})", "claim_lost"},
};

constexpr Nonsense kBadGreetings[] = {
    {"hello", "invalid_json"},
    {"[]", "invalid_request"},
    {R"({"type":"ping"})", "invalid_request"},
    {R"({"type":"commit","key":"x/early","attempt":1,"issuedAt":0,"operations":[]})", "invalid_request"},
    {R"({"type":"hello","session":"x","bootstrap":"full"})", "invalid_request"},
    {R"({"type":"hello","schema":"x","bootstrap":"full"})", "invalid_request"},
    {R"({"type":"hello","schema":"x","session":"x","bootstrap":"some"})", "invalid_request"},
    {R"({"type":"hello","schema":"x","session":"x","bootstrap":"full","cursor":-1})", "invalid_request"},
    {R"({"type":"hello","schema":"x","session":"x","bootstrap":"full","cursor":7})", "invalid_request"},
    {R"({"type":"hello","schema":"x","session":"x","bootstrap":"full"})", "schema_mismatch"},
};

#define COMMIT R"({"type":"commit","key":"x/1","attempt":1,)"
#define DELETES R"("operations":[{"op":"delete","model":"tasks","id":"t0"}])"
constexpr Nonsense kBadFrames[] = {
    {R"({"type":"dance"})", "invalid_request"},
    {R"({"type":"commit","issuedAt":0,)" DELETES "}", "invalid_request"},
    {R"({"type":"commit","key":"x/1","attempt":0,"issuedAt":0,)" DELETES "}", "invalid_request"},
    {COMMIT DELETES "}", "write_options_invalid"},
    {COMMIT R"("issuedAt":-1,)" DELETES "}", "write_options_invalid"},
    {COMMIT R"("issuedAt":0,"claims":"all",)" DELETES "}", "write_options_invalid"},
    {COMMIT R"("issuedAt":0,"claims":[{"id":"mine"}],)" DELETES "}", "write_options_invalid"},
    {COMMIT R"("issuedAt":0,"epoch":1,)" DELETES "}", "write_options_invalid"},
    {COMMIT R"("issuedAt":0,"basedOn":"k",)" DELETES "}", "write_options_invalid"},
    {COMMIT R"("issuedAt":0,"basedOn":[{"key":"k"}],)" DELETES "}", "invalid_request"},
    {COMMIT R"("issuedAt":0,"readAt":0.5,)" DELETES "}", "write_options_invalid"},
    {COMMIT R"("issuedAt":0,"operations":[{"op":"archive","model":"accounts","id":"a0"}]})", "permission_denied"},
    {COMMIT R"("issuedAt":0,"operations":[{"op":"update","model":"tasks","id":"t0","data":{"status":"gone"}}]})",
     "wrong_type"},
    {COMMIT R"("issuedAt":0,"operations":[{"op":"update","model":"tasks","id":"t0","onStale":"ask","data":{}}]})",
     "write_options_invalid"},
    {COMMIT R"("issuedAt":0,"reads":"all",)" DELETES "}", "write_options_invalid"},
    {COMMIT R"("issuedAt":0,"reads":[{"model":"task"}],)" DELETES "}", "unknown_model"},
    {COMMIT R"("issuedAt":0,"reads":[{"model":"notes","id":"n0","readAt":0}],)" DELETES "}", "permission_denied"},
    {COMMIT R"("issuedAt":0,"reads":[{"model":"tasks","readAt":0}],)" DELETES "}", "invalid_id"},
    {COMMIT R"("issuedAt":0,"reads":[{"model":"tasks","id":"t0"}],)" DELETES "}", "write_options_invalid"},
    {COMMIT R"("issuedAt":0,"reads":[{"model":"tasks","id":"t0","readAt":-1}],)" DELETES "}", "write_options_invalid"},
    {COMMIT R"("issuedAt":0,"reads":[{"model":"tasks","id":"t0","readAt":0,"fields":""}],)" DELETES "}",
     "write_options_invalid"},
    {COMMIT R"("issuedAt":0,"reads":[{"model":"tasks","id":"t0","readAt":0,"fields":["x"]}],)" DELETES "}",
     "unknown_field"},
    {R"({"type":"query","model":"tasks"})", "invalid_request"},
    {R"({"type":"query","request":1,"model":"task"})", "unknown_model"},
    {R"({"type":"claim"})", "invalid_request"},
    {R"({"type":"claim","request":1,"model":"tasks","id":"t0","claim":"mine"})", "invalid_request"},
    {R"({"type":"release","request":1,"claim":"mine"})", "invalid_request"},
    {R"({"type":"renew","claims":["mine"]})", "invalid_request"},
};

}  // namespace

std::span<const Nonsense> badWrites() { return kBadWrites; }
std::span<const Nonsense> badGreetings() { return kBadGreetings; }
std::span<const Nonsense> badFrames() { return kBadFrames; }

std::string strangersHello(const char* agent) {
  static const std::string schema = parseSchema(kSchema)->hash;
  return R"({"type":"hello","session":"x","bootstrap":"none","schema":")" + schema + R"(","agent":")" + agent + "\"}";
}

std::string strangersIdentity() {
  return R"({"organization":"acme","actor":{"kind":"user","id":"x"},"groups":["org:acme"],)"
         R"("operations":["tasks.read","tasks.update","tasks.delete"]})";
}

}  // namespace ablo::sim
