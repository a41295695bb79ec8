//! Words of works, jobs, imports, screening runs and alerts.

super::words! {
    in RUNS;
    HOME_DATA: "数据与筛查", "Data and screening";
    JOB: "任务", "Job";
    JOBS: "我的任务", "My jobs";
    JOBS_NOTE: "可以离开，稍后回来看", "Leave and come back later";
    JOBS_EMPTY: "还没有任务", "No jobs yet";
    JOBS_EMPTY_FILL: "导入、筛查、导出等费时的工作会列在这里。", "Imports, screening runs, exports and other long work appear here.";
    JOB_ASKED: "提交时间", "Asked for";
    JOB_ENDED: "结束时间", "Ended";
    JOB_WAITING: "等待", "waiting";
    JOB_RUNNING: "进行中", "under way";
    JOB_DONE: "已完成", "done";
    JOB_FAILED: "未完成", "failed";
    JOB_CANCELLED: "已取消", "cancelled";
    JOB_PROGRESS: "进度", "Progress";
    JOB_LEAVE: "可以离开本页，任务会继续；以后从“我的任务”找到它。", "You may leave: it goes on, and stands under “My jobs”.";
    JOB_CANCEL: "取消任务", "Cancel it";
    JOB_OPEN: "查看结果", "What came of it";
    JOB_LOST: "任务几次中断，没有再试", "The job was lost several times and given up";
    JOB_UNKNOWN: "这个程序不认识这种任务", "This program does not know this kind of job";
    JOB_INPUT: "任务的内容读不懂", "What the job was asked for with cannot be read";
    JOB_INPUT_MEND: "可能是新版程序提交的任务：请升级后再试。", "A newer program may have asked for it: upgrade and try again.";
    PROGRESS_OF: "{m}步中的第{n}步", "{n} of {m} steps";
    WORK_START: "后台程序没能启动", "The work could not be started";
    WORK_START_MEND: "稍后再试；仍不行，请告诉系统管理员。", "Try again in a while; if it stays, tell the system administrator.";
    WORK_DIED: "后台程序中途停止，没有结果", "The work ended midway, without a result";
    WORK_DIED_MEND: "再试一次；仍不行，请把代码和时间告诉系统管理员。没有任何数据被改动一半。", "Try again; if it stays, tell the system administrator the code and the time. Nothing was half changed.";
    WORK_MEMORY: "这项工作要用的内存超过上限，已停止", "The work asked for more memory than it may take, and was ended";
    WORK_TIME: "这项工作用的时间超过上限，已停止", "The work took more time than it may, and was ended";
    WORK_FILE: "这项工作写的文件超过上限，已停止", "The work wrote more than it may, and was ended";
    WORK_LIMIT_MEND: "把文件分成几份再试，或请系统管理员查看。", "Split the file and try again, or ask the system administrator.";
    WORK_ANSWER: "后台程序的结果读不懂", "The work's answer cannot be read";
}
