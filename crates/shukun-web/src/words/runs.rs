//! Words of works, jobs, imports, screening runs and alerts.

super::words! {
    in RUNS;
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
