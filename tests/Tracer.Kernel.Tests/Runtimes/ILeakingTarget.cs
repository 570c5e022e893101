// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Kernel.Tests.Runtimes;

/// <summary>Something real that leaks sockets on demand: it connects to 127.0.0.1:PORT, sends a byte, reads to the end and keeps the socket.</summary>
internal interface ILeakingTarget : IAsyncDisposable
{
    /// <summary>Of the process that leaks.</summary>
    int Pid { get; }

    /// <summary>Waits until it can be asked.</summary>
    Task Ready() => Task.CompletedTask;

    Task Leak();

    /// <summary>Closes all that it kept.</summary>
    Task Close();
}
