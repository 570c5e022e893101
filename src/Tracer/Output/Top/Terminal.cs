// SPDX-License-Identifier: Apache-2.0
using System.Text;
using System.Threading.Channels;

namespace Tracer.Output.Top;

/// <summary>
/// A full screen on a terminal. What was there before comes back when it is left: at the end, on every signal that ends or stops the process, and when
/// something fails.
/// </summary>
internal sealed class Terminal(TextWriter output, Func<(int Width, int Height)> size, ChannelReader<ConsoleKeyInfo> keys) : IDisposable
{
    // xterm's control sequences, which every terminal in use understands: alternate screen, cursor off; and back. The keypad's mode goes back
    // too: .NET changes it to read keys, and leaves it so.
    private const string EnterScreen = "\e[?1049h\e[?25l\e[2J";
    private const string LeaveScreen = "\e[?25h\e[?1l\e>\e[?1049l";
    private const string Home = "\e[H";
    private const string EraseToLineEnd = "\e[K";
    private const string EraseBelow = "\e[J";
    private const int LeastWidth = 40;
    private const int LeastHeight = 8;

    private readonly Lock _lock = new();
    private readonly List<IDisposable> _kept = [];
    private bool _isEntered;
    private bool _isOver;

    /// <summary>Keys as they are pressed.</summary>
    public ChannelReader<ConsoleKeyInfo> Keys => keys;

    /// <summary>Columns and lines; never less than what a frame needs.</summary>
    public (int Width, int Height) Size
    {
        get
        {
            (int width, int height) = size();
            return (Math.Max(width, LeastWidth), Math.Max(height, LeastHeight));
        }
    }

    /// <summary>Shows these lines, none of them longer than the screen is wide.</summary>
    public void Draw(IReadOnlyList<string> lines)
    {
        // Line by line over what is there: erasing all of it first would flicker. A line is erased before it is written: behind one that
        // is as wide as the screen the cursor still stands on its last character, which would go too.
        var frame = new StringBuilder(Home);
        for (int i = 0; i < lines.Count; i++)
            frame.Append(i == 0 ? "" : "\r\n").Append(i == lines.Count - 1 ? EraseBelow : EraseToLineEnd).Append(lines[i]);
        lock (_lock)
        {
            if (_isOver)
                return;
            if (!_isEntered)
                output.Write(EnterScreen);
            _isEntered = true;
            output.Write(frame.ToString());
            output.Flush();
        }
    }

    /// <summary>Gives the terminal back for as long as the process is stopped; the next frame takes it again.</summary>
    public void Suspend() => Restore(isOver: false);

    /// <summary>Gives the terminal back for good; any thread, any number of times.</summary>
    public void Leave() => Restore(isOver: true);

    /// <summary>Disposes this together with the terminal.</summary>
    public void Keep(IDisposable resource) => _kept.Add(resource);

    public void Dispose()
    {
        Leave();
        _kept.ForEach(resource => resource.Dispose());
    }

    private void Restore(bool isOver)
    {
        lock (_lock)
        {
            _isOver |= isOver;
            if (!_isEntered)
                return;
            _isEntered = false;
            try
            {
                output.Write(LeaveScreen);
                output.Flush();
            }
            catch (Exception e) when (e is OutputClosedException or OutputFailedException)
            {
                // The terminal is gone: nothing is left to restore.
            }
        }
    }
}
