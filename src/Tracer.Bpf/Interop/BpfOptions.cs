// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;

namespace Tracer.Bpf.Interop;

// libbpf reads as much of an options struct as its first field says, so each of these ends after the last field used here.

/// <summary>struct bpf_object_open_opts, bpf/libbpf.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct BpfObjectOpenOptions
{
    internal nuint Size;
    internal byte* ObjectName;
    internal byte RelaxedMaps;
    internal byte* PinRootPath;
    internal uint Reserved;
    internal byte* Kconfig;
    internal byte* BtfCustomPath;
}

/// <summary>struct bpf_prog_load_opts, bpf/bpf.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct BpfProgramLoadOptions
{
    internal nuint Size;
    internal int Attempts;
    internal int ExpectedAttachType;
    internal uint ProgramBtfFd;
    internal uint ProgramFlags;
    internal uint ProgramIfindex;
    internal uint KernelVersion;
    internal uint AttachBtfId;
    internal uint AttachProgramFd;
    internal uint AttachBtfObjectFd;
    internal int* FdArray;
    internal void* FuncInfo;
    internal uint FuncInfoCount;
    internal uint FuncInfoRecordSize;
    internal void* LineInfo;
    internal uint LineInfoCount;
    internal uint LineInfoRecordSize;
    internal uint LogLevel;
    internal uint LogSize;
    internal byte* LogBuffer;
}
