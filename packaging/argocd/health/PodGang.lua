-- Health of a PodGang for Argo CD: its phase is Pending for ever upstream, so conditions decide.
local hs = {status = "Progressing", message = "waiting for its pods"}
if obj.metadata.deletionTimestamp ~= nil then
  hs.message = "being deleted"
  return hs
end
if obj.status == nil then return hs end
for _, c in ipairs(obj.status.conditions or {}) do
  if (c.type == "Unhealthy" or c.type == "DisruptionTarget") and c.status == "True" then
    hs.status = "Degraded"
    hs.message = c.message or c.reason
    return hs
  end
  if c.type == "Initialized" then
    hs.message = c.message or c.reason
    if c.status == "True" then hs.status = "Healthy" end
  end
end
return hs
