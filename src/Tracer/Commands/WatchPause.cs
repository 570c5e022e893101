// SPDX-License-Identifier: Apache-2.0
using Tracer.Output;

namespace Tracer.Commands;

/// <summary>Lets a daemon watch for a while, and shows that time passes.</summary>
internal sealed class WatchPause(CommandContext context)
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(1);

    public async Task WaitAsync(TimeSpan length, CancellationToken stop)
    {
        if (length <= TimeSpan.Zero)
            return;
        if (context.ErrorIsTerminal)
        {
            await CountAsync(length, stop);
            return;
        }
        context.Complain($"watching for {AgeText.Format(length)}");
        await Task.Delay(length, context.Clock, stop);
    }

    // One line that is written over, and gone when the answer comes.
    private async Task CountAsync(TimeSpan length, CancellationToken stop)
    {
        int shown = 0;
        try
        {
            for (TimeSpan passed = TimeSpan.Zero; passed < length; passed += Step)
            {
                string line = $"closewait: watching, {AgeText.Format(passed)} of {AgeText.Format(length)}";
                await context.Error.WriteAsync($"\r{line.PadRight(shown)}");
                shown = line.Length;
                await Task.Delay(length - passed < Step ? length - passed : Step, context.Clock, stop);
            }
        }
        finally
        {
            await context.Error.WriteAsync($"\r{new string(' ', shown)}\r");
        }
    }
}
