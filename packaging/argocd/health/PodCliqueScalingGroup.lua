-- Health of a PodCliqueScalingGroup for Argo CD.
local hs = {status = "Progressing", message = "waiting for the operator"}
local status = obj.status
if obj.metadata.deletionTimestamp ~= nil then
  hs.message = "being deleted"
  return hs
end
if status == nil or status.observedGeneration == nil then return hs end
if obj.metadata.generation ~= nil and status.observedGeneration < obj.metadata.generation then return hs end
local minimum = obj.spec.minAvailable or 1
local breached = nil
for _, c in ipairs(status.conditions or {}) do
  if c.type == "GangTerminationInProgress" and c.status == "True" then
    hs.status = "Degraded"
    hs.message = c.message or c.reason
    return hs
  end
  if c.type == "MinAvailableBreached" then breached = c end
end
if breached ~= nil and breached.status == "Unknown" then
  hs.message = breached.message or breached.reason
  return hs
end
local available = status.availableReplicas or 0
if breached ~= nil and breached.status == "True" then
  -- right after creation the members do not exist yet
  if (status.scheduledReplicas or 0) >= minimum then hs.status = "Degraded" end
  hs.message = breached.message or breached.reason
  return hs
end
if available < minimum then
  hs.message = available .. " of " .. (obj.spec.replicas or 0) .. " replicas available"
  return hs
end
hs.status = "Healthy"
hs.message = available .. " of " .. (obj.spec.replicas or 0) .. " replicas available"
return hs
