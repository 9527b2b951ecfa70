-- Health of a PodClique for Argo CD.
local hs = {status = "Progressing", message = "waiting for the operator"}
local status = obj.status
if obj.metadata.deletionTimestamp ~= nil then
  hs.message = "being deleted"
  return hs
end
if status == nil or status.observedGeneration == nil then return hs end
if obj.metadata.generation ~= nil and status.observedGeneration < obj.metadata.generation then return hs end
for _, c in ipairs(status.conditions or {}) do
  if c.type == "MinAvailableBreached" then
    if c.status == "Unknown" or c.reason == "ScheduledReplicasBelowMinAvailable" then
      hs.message = c.message or c.reason
      return hs
    end
    if c.status == "True" then
      hs.status = "Degraded"
      hs.message = c.message or c.reason
      return hs
    end
  end
end
local ready = status.readyReplicas or 0
local wanted = obj.spec.replicas or 0
if ready < (obj.spec.minAvailable or wanted) then
  hs.message = ready .. " of " .. wanted .. " pods ready"
  return hs
end
hs.status = "Healthy"
hs.message = ready .. " of " .. wanted .. " pods ready"
return hs
