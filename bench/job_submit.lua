-- The plugin with which job_submit/carbon is compared. It sets the same three fields, from a table
-- with the best choice for each hour, as a site might maintain it by hand.
local best = {
  {delay = 3600, partition = "oslo"}, {delay = 0, partition = "lyon"},
  {delay = 7200, partition = "oslo"}, {delay = 0, partition = "oslo"},
  {delay = 1800, partition = "lyon"}, {delay = 0, partition = "frankfurt"},
}

function slurm_job_submit(job, partitions, uid)
  local begin = job.begin_time
  local choice = best[math.floor(begin / 3600) % #best + 1]
  job.begin_time = begin + choice.delay
  job.partition = choice.partition
  job.admin_comment = "table:" .. choice.partition .. ",start=" .. tostring(begin + choice.delay)
  return slurm.SUCCESS
end

function slurm_job_modify(job, record, partitions, uid)
  return slurm.SUCCESS
end

return slurm.SUCCESS
