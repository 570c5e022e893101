// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Wire;

/// <summary>Where the newest frame of a thread is found (enum tcp_interpreter_root).</summary>
public enum TcpInterpreterRoot : uint
{
    Unknown = 0,
    Address = 1,
    ThreadPointer = 2,
    ThreadList = 3,
    NativeFrames = 4,
}
