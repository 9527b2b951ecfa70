-- Health of a PodCliqueSet for Argo CD.
local hs = {status = "Progressing", message = "waiting for the operator"}
local status = obj.status
if obj.metadata.deletionTimestamp ~= nil then
  hs.message = "being deleted"
  return hs
end
if status == nil or status.observedGeneration == nil then return hs end
for _, c in ipairs(status.conditions or {}) do
  if c.type == "TopologyLevelsUnavailable" and (c.status == "True" or c.reason == "TopologyNameMissing" or
      c.reason == "ClusterTopologyNotFound" or c.reason == "TopologyAwareSchedulingDisabled") then
    hs.status = "Degraded"
    hs.message = c.message or c.reason
    return hs
  end
end
if obj.metadata.generation ~= nil and status.observedGeneration < obj.metadata.generation then return hs end
local progress = status.updateProgress
if progress ~= nil and progress.updateEndedAt == nil and obj.spec.updateStrategy ~= nil and
    obj.spec.updateStrategy.type == "OnDelete" then
  progress = nil -- pods change when somebody deletes them
end
if progress ~= nil and progress.updateEndedAt == nil then
  hs.message = "update running: " .. (status.updatedReplicas or 0) .. " of " .. (status.replicas or 0) .. " replicas"
  return hs
end
local wanted = obj.spec.replicas or 1
local available = status.availableReplicas or 0
if available < wanted then
  if status.lastErrors ~= nil and #status.lastErrors > 0 then
    hs.status = "Degraded"
    hs.message = status.lastErrors[1].description or status.lastErrors[1].code
    return hs
  end
  hs.message = available .. " of " .. wanted .. " replicas available"
  return hs
end
hs.status = "Healthy"
hs.message = available .. " replicas available"
return hs
