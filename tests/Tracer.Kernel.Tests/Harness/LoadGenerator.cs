// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using Tracer.Harness;
using Xunit;

namespace Tracer.Kernel.Tests.Harness;

/// <summary>Short connections at full speed (Targets/load.c).</summary>
internal sealed class LoadGenerator : IAsyncDisposable
{
    private readonly Child _child;

    private LoadGenerator(Child child) => _child = child;

    /// <summary>Prepared, and waiting for <see cref="Run"/>.</summary>
    public static async Task<LoadGenerator> Start(NetworkNamespace netns, int port, int connections, int keep = 0, bool reads = true)
    {
        LoadGenerator load = new(netns.Start(TargetPrograms.PathOf("load"), Text(port), Text(connections), Text(keep), reads ? "reads" : "closes"));
        Assert.Equal("ready", await load._child.ReadLine());
        return load;
    }

    /// <summary>Runs to the end of the load; the kept sockets stay until this is disposed of.</summary>
    public async Task<string> Run()
    {
        await _child.WriteLine("go");
        return await _child.ReadLine(TimeSpan.FromSeconds(120));
    }

    public async Task Finish()
    {
        _child.CloseInput();
        await _child.WaitForExit();
    }

    public ValueTask DisposeAsync() => _child.DisposeAsync();

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
