// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Bpf.Probe;

/// <summary>Kernel helpers that a probe can try, by their number in linux/bpf.h (__BPF_FUNC_MAPPER).</summary>
public enum BpfHelper
{
    GetSocketCookie = 46,
    GetStack = 67,
    GetCurrentCgroupId = 80,
    ProbeReadUser = 112,
    ProbeReadKernel = 113,
    Jiffies64 = 118,
    KtimeGetBootNs = 125,
    SkcToTcpSock = 137,
    GetCurrentTaskBtf = 158,
    SockFromFile = 162,
    TaskPtRegs = 175,
    Loop = 181,
}
