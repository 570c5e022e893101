// SPDX-License-Identifier: Apache-2.0
using System.Text;
using Tracer.Output;
using Tracer.Output.Profiles;

namespace Tracer.Commands;

/// <summary>Where a profile goes: a file, or standard output.</summary>
internal sealed class ProfileTarget
{
    private const int BufferSize = 64 * 1024;

    private readonly CommandContext _context;
    private readonly IProfileFormat _format;
    private readonly string? _path;

    public ProfileTarget(CommandContext context, IProfileFormat format, string? path)
    {
        _context = context;
        _format = format;
        _path = path;
        if (path is null && format.IsBinary && (context.OutIsTerminal || context.Out is not StreamWriter))
            throw CommandException.Usage("this format is not text: name a file with -o, or redirect the output");
    }

    public void Write(StackProfile profile, ProfileView view)
    {
        if (_path is not null)
            WriteFile(profile, view, _path);
        else if (_context.Out is StreamWriter writer)
            WriteStream(profile, view, writer);
        else
            WriteText(profile, view);
    }

    private void WriteFile(StackProfile profile, ProfileView view, string path)
    {
        try
        {
            using FileStream file = File.Create(path);
            _format.Write(profile, view, file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new CommandException(ExitCode.Failure, $"--output: '{path}' cannot be written: {e.Message.ReplaceLineEndings(" ")}");
        }
    }

    private void WriteStream(StackProfile profile, ProfileView view, StreamWriter writer)
    {
        writer.Flush();
        // Not disposed: that would close standard output.
        var buffer = new BufferedStream(writer.BaseStream, BufferSize);
        _format.Write(profile, view, buffer);
        buffer.Flush();
    }

    private void WriteText(StackProfile profile, ProfileView view)
    {
        using var text = new MemoryStream();
        _format.Write(profile, view, text);
        _context.Out.Write(Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length));
    }
}
