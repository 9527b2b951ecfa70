-- Health of a ClusterTopologyBinding for Argo CD.
local hs = {status = "Healthy", message = ""}
if obj.metadata.deletionTimestamp ~= nil then return {status = "Progressing", message = "being deleted"} end
if obj.status == nil then return hs end
for _, c in ipairs(obj.status.conditions or {}) do
  if c.type == "SchedulerTopologyDrift" then
    hs.message = c.message or c.reason or ""
    if c.status ~= "False" then hs.status = "Degraded" end
  end
end
return hs
