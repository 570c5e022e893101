// SPDX-License-Identifier: Apache-2.0
using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text;

namespace Tracer.Wire.Tests;

/// <summary>A record as text, one field a line, for golden files.</summary>
internal static class RecordText
{
    public static string Describe(ReadOnlySpan<byte> record)
    {
        TcpEventKind kind = WireReader.PeekKind(record);
        StringBuilder text = new($"kind: {kind}\n");
        switch (kind)
        {
            case TcpEventKind.Transition:
                Append(text, WireReader.TryReadEvent(record, out TcpEvent tcpEvent), tcpEvent);
                break;
            case TcpEventKind.Holder:
                Append(text, WireReader.TryReadHolder(record, out TcpHolder holder), holder);
                break;
            case TcpEventKind.Queued:
                Append(text, WireReader.TryReadQueued(record, out TcpQueued queued), queued);
                break;
            case TcpEventKind.Stack:
                Append(text, WireReader.TryReadStack(record, out TcpStackHeader stack, out ReadOnlySpan<ulong> frames, out ReadOnlySpan<TcpInterpreterFrame> interpreter), stack);
                foreach (ulong frame in frames)
                    text.Append(CultureInfo.InvariantCulture, $"frame: 0x{frame:x}\n");
                foreach (TcpInterpreterFrame frame in interpreter)
                    text.Append(CultureInfo.InvariantCulture, $"interpreter frame: 0x{frame.Function:x} 0x{frame.Position:x} 0x{frame.Detail:x}\n");
                break;
            case TcpEventKind.CodeWanted or TcpEventKind.CodeMapping or TcpEventKind.ProcessExec:
                Append(text, WireReader.TryReadCodeMapping(record, out TcpCodeMapping mapping), mapping);
                break;
            case TcpEventKind.Thread:
                Append(text, WireReader.TryReadThread(record, out TcpThread thread), thread);
                break;
            case TcpEventKind.ProcessExit:
                Append(text, WireReader.TryReadProcessExit(record, out TcpProcessExit processExit), processExit);
                break;
            default:
                Append(text, WireReader.TryReadSocketEvent(record, out TcpSocketEvent socketEvent), socketEvent);
                break;
        }
        return text.ToString();
    }

    private static void Append<T>(StringBuilder text, DecodeStatus status, T record) where T : struct
    {
        text.Append(CultureInfo.InvariantCulture, $"status: {status}\n");
        if (status == DecodeStatus.Ok)
            AppendFields(text, "", record);
    }

    private static void AppendFields(StringBuilder text, string prefix, object record)
    {
        foreach (FieldInfo field in record.GetType().GetFields(BindingFlags.Instance | BindingFlags.Public))
        {
            object value = field.GetValue(record)!;
            string name = prefix + field.Name;
            if (value is WireAddress address)
                text.Append(CultureInfo.InvariantCulture, $"{name}: {address.ToIPAddress()}\n");
            else if (value is WireRequestMethod method)
                text.Append(CultureInfo.InvariantCulture, $"{name}: {WireText.ToText(method.Text)}\n");
            else if (value is WireRequestPath path)
                text.Append(CultureInfo.InvariantCulture, $"{name}: {WireText.ToText(path.Text)}\n");
            else if (value is WireComm comm)
                text.Append(CultureInfo.InvariantCulture, $"{name}: {comm.ToText()}\n");
            else if (value is IFormattable and not IEnumerable)
                text.Append(CultureInfo.InvariantCulture, $"{name}: {value}\n");
            else
                AppendFields(text, name + ".", value);
        }
    }
}
