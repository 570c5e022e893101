// SPDX-License-Identifier: Apache-2.0
using Tracer.Api;
using Tracer.Linux.Procfs;

namespace Tracer.Tests;

public sealed class ThreadDumperTests
{
    [Fact]
    public async Task A_process_without_a_Java_machine_is_left_alone()
    {
        using var dumper = new ThreadDumper(new ProcfsRoot());
        // The runtime of this process would end it at a SIGQUIT.
        ThreadDump? dump = await dumper.DumpAsync((uint)Environment.ProcessId, mayStartListener: true, TestContext.Current.CancellationToken);
        Assert.Equal((ThreadDumpStatus.NoJava, "no HotSpot runs in it"), (dump?.Status, dump?.StatusText));
    }

    [Fact]
    public async Task A_pid_of_nobody_is_told_from_a_process_without_Java()
    {
        using var dumper = new ThreadDumper(new ProcfsRoot());
        ThreadDump? dump = await dumper.DumpAsync(int.MaxValue, mayStartListener: true, TestContext.Current.CancellationToken);
        Assert.Equal((ThreadDumpStatus.NoProcess, "there is no such process"), (dump?.Status, dump?.StatusText));
    }

    [Fact]
    public async Task Who_does_not_wait_does_not_keep_the_turn()
    {
        using var dumper = new ThreadDumper(new ProcfsRoot());
        var gone = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => dumper.DumpAsync(int.MaxValue, mayStartListener: false, gone));
        Assert.NotNull(await dumper.DumpAsync(int.MaxValue, mayStartListener: false, TestContext.Current.CancellationToken));
    }
}
